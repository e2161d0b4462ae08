;;! title = "A trap of an imported start function fails the instantiation, and its instance keeps what it did"
;;! rules = ["CORE-START-06", "CORE-START-09"]
(module $A
  (global $count (mut i32) (i32.const 0))
  (func (export "bump") (global.set $count (i32.add (global.get $count) (i32.const 1))) (unreachable))
  (func (export "count") (result i32) (global.get $count)))
(register "A" $A)
(assert_trap (module (import "A" "bump" (func $f)) (start $f)) "unreachable")
(assert_return (invoke $A "count") (i32.const 1))
