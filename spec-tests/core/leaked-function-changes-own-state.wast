;;! title = "A function that escaped keeps changing the failed instance's state from call to call"
;;! rules = ["CORE-START-12"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (global $g (mut i32) (i32.const 0))
    (func $leak (result i32)
      (global.set $g (i32.add (global.get $g) (i32.const 1)))
      (global.get $g))
    (elem (i32.const 0) $leak)
    (func $start (global.set $g (i32.const 10)) (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $A "call") (i32.const 11))
(assert_return (invoke $A "call") (i32.const 12))
;;= /#0 import "A" "t" table
;;= /#0 global 0 = i32:0
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 2 global 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 start 1 entered
;;= /#0 trap unreachable in start
