;;! title = "A function that escaped calls others of the failed instance, directly and through its own table"
;;! rules = ["CORE-START-12"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table $imported 1 funcref))
    (table $own 1 funcref)
    (func $leak (result i32)
      (i32.add (call $three) (call_indirect $own (result i32) (i32.const 0))))
    (func $three (result i32) (i32.const 3))
    (func $forty (result i32) (i32.const 40))
    (elem (table $imported) (i32.const 0) func $leak)
    (elem (table $own) (i32.const 0) func $forty)
    (func $start (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $A "call") (i32.const 43))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 elem 1 = [func /#0#2]
;;= /#0 allocated func 4 table 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 elem 1 offset = i32:0
;;= /#0 elem 1 -> table 1 at 0 len 1
;;= /#0 elem 1 dropped
;;= /#0 start 3 entered
;;= /#0 trap unreachable in start
