;;! title = "A function that escaped by an element segment can be called after start trapped"
;;! rules = ["CORE-START-11"]
;;! bugs = ["LEAKED-FUNC-DANGLES"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (func $f (result i32) (i32.const 77))
    (elem (i32.const 0) $f)
    (func $start (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $A "call") (i32.const 77))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 2
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 start 1 entered
;;= /#0 trap unreachable in start
