;;! title = "The element segment that trapped can still be used by a function that escaped"
;;! rules = ["CORE-ELEM-09"]
(module $A
  (table (export "t") 3 funcref)
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 3 funcref))
    (func $leak (result i32)
      (table.init 1 (i32.const 1) (i32.const 0) (i32.const 1))
      (table.init 2 (i32.const 2) (i32.const 0) (i32.const 1))
      (i32.const 1))
    (func $eleven (result i32) (i32.const 11))
    (elem (i32.const 0) $leak)
    (elem (i32.const 3) $eleven)
    (elem (i32.const 1) $eleven))
  "out of bounds table access")
(assert_return (invoke $A "call" (i32.const 0)) (i32.const 1))
(assert_return (invoke $A "call" (i32.const 1)) (i32.const 11))
(assert_return (invoke $A "call" (i32.const 2)) (i32.const 11))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 elem 1 = [func /#0#1]
;;= /#0 elem 2 = [func /#0#1]
;;= /#0 allocated func 2
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 elem 1 offset = i32:3
;;= /#0 trap out-of-bounds-table in initialise
