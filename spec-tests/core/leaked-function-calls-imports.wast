;;! title = "A function that escaped calls the imports of the failed instance"
;;! rules = ["CORE-START-14"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (call_indirect (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (import "Log" "log" (func $log (param i32)))
    (func $leak (call $log (i32.const 2)))
    (elem (i32.const 0) $leak)
    (func $start (call $log (i32.const 1)) (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $Log "value") (i32.const 1))
(assert_return (invoke $A "call"))
(assert_return (invoke $Log "value") (i32.const 12))
;;= /#0 import "A" "t" table
;;= /#0 import "Log" "log" func
;;= /#0 elem 0 = [func /#0#1]
;;= /#0 allocated func 2
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 start 2 entered
;;= /#0 trap unreachable in start
