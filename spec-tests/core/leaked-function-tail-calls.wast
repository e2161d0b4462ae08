;;! title = "A function that escaped makes tail calls into the failed instance and into its imports"
;;! rules = ["CORE-START-14"]
;;! needs = ["tail-call"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "id") (param i32) (result i32) (local.get 0))
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (import "A" "id" (func $id (param i32) (result i32)))
    (func $leak (result i32) (return_call $next (i32.const 20)))
    (func $next (param i32) (result i32)
      (return_call $id (i32.add (local.get 0) (i32.const 1))))
    (elem (i32.const 0) $leak)
    (func $start (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $A "call") (i32.const 21))
;;= /#0 import "A" "t" table
;;= /#0 import "A" "id" func
;;= /#0 elem 0 = [func /#0#1]
;;= /#0 allocated func 3
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 start 3 entered
;;= /#0 trap unreachable in start
