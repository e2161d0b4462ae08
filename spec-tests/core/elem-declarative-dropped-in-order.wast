;;! title = "A declarative segment before one that traps is dropped, one after it is not"
;;! rules = ["CORE-ELEM-08", "CORE-ELEM-09"]
(module $A
  (table (export "t") 2 funcref)
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 2 funcref))
    (func $before (result i32)
      (table.init $d0 (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 1))
    (func $after (result i32)
      (table.init $d3 (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 1))
    (elem $d0 declare func $before)
    (elem (i32.const 0) $before $after)
    (elem (i32.const 2) $after)
    (elem $d3 declare func $after))
  "out of bounds table access")
(assert_trap (invoke $A "call" (i32.const 0)) "out of bounds table access")
(assert_return (invoke $A "call" (i32.const 1)) (i32.const 1))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 elem 1 = [func /#0#0, func /#0#1]
;;= /#0 elem 2 = [func /#0#1]
;;= /#0 elem 3 = [func /#0#1]
;;= /#0 allocated func 2
;;= /#0 elem 0 dropped
;;= /#0 elem 1 offset = i32:0
;;= /#0 elem 1 -> table 0 at 0 len 2
;;= /#0 elem 1 dropped
;;= /#0 elem 2 offset = i32:2
;;= /#0 trap out-of-bounds-table in initialise
