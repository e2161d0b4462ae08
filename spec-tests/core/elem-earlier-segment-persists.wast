;;! title = "An element segment stays written when a later one traps"
;;! rules = ["CORE-ELEM-05", "CORE-FAIL-03"]
;;! bugs = ["ACTIVE-ELEM-BEFORE-OOB-LOST"]
(module $A
  (table (export "t") 3 funcref)
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 3 funcref))
    (func $f (result i32) (i32.const 7))
    (elem (i32.const 1) $f)
    (elem (i32.const 3) $f))
  "out of bounds table access")
(assert_return (invoke $A "call" (i32.const 1)) (i32.const 7))
(assert_trap (invoke $A "call" (i32.const 2)) "uninitialized element")
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 elem 1 = [func /#0#0]
;;= /#0 allocated func 1
;;= /#0 elem 0 offset = i32:1
;;= /#0 elem 0 -> table 0 at 1 len 1
;;= /#0 elem 0 dropped
;;= /#0 elem 1 offset = i32:3
;;= /#0 trap out-of-bounds-table in initialise
