;;! title = "A tag imported twice is one tag: what is thrown by one index is caught by the other"
;;! rules = ["CORE-LINK-08"]
;;! needs = ["exception-handling"]
(module $A (tag (export "x") (param i32)))
(register "A" $A)
(module $N
  (import "A" "x" (tag $one (param i32)))
  (import "A" "x" (tag $two (param i32)))
  (tag $own (param i32))
  (global $seen (mut i32) (i32.const 0))
  (func $start
    (block $h (result i32)
      (block $wrong (result i32)
        (try_table (catch $own $wrong) (catch $two $h) (throw $one (i32.const 7)))
        (unreachable))
      (drop) (i32.const 1))
    (global.set $seen))
  (start $start)
  (func (export "seen") (result i32) (global.get $seen)))
(assert_return (invoke $N "seen") (i32.const 7))
