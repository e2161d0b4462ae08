;;! title = "A wait on a memory that is not shared traps, also where it would not have to wait"
;;! rules = ["CORE-START-29"]
;;! needs = ["threads"]
(module $A
  (memory (export "m") 1)
  (global (export "past") (mut i32) (i32.const 0)))
(register "A" $A)
(assert_trap
  (module
    (import "A" "m" (memory 1))
    (import "A" "past" (global $past (mut i32)))
    (func $start
      (drop (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const 0)))
      (global.set $past (i32.const 1)))
    (start $start))
  "expected shared memory")
(assert_trap
  (module
    (import "A" "m" (memory 1))
    (import "A" "past" (global $past (mut i32)))
    (func $start
      (drop (memory.atomic.wait64 (i32.const 8) (i64.const 0) (i64.const 0)))
      (global.set $past (i32.const 2)))
    (start $start))
  "expected shared memory")
(assert_return (get $A "past") (i32.const 0))
