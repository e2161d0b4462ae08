;;! title = "An element segment after the one that traps is not written"
;;! rules = ["CORE-ELEM-05", "CORE-ELEM-09"]
(module $A
  (table (export "t") 3 funcref)
  (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get 0 (local.get 0)))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 3 funcref))
    (func $f)
    (elem (i32.const 0) $f)
    (elem (i32.const 3) $f)
    (elem (i32.const 1) $f))
  "out of bounds table access")
(assert_return (invoke $A "is_null" (i32.const 0)) (i32.const 0))
(assert_return (invoke $A "is_null" (i32.const 1)) (i32.const 1))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 elem 1 = [func /#0#0]
;;= /#0 elem 2 = [func /#0#0]
;;= /#0 allocated func 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 elem 1 offset = i32:3
;;= /#0 trap out-of-bounds-table in initialise
