;;! title = "Of an element segment that does not fit, no element is written"
;;! rules = ["CORE-ELEM-04"]
(module $A
  (table (export "t") 3 funcref)
  (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get 0 (local.get 0)))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 3 funcref))
    (func $f)
    (elem (i32.const 1) $f $f $f))
  "out of bounds table access")
(assert_return (invoke $A "is_null" (i32.const 1)) (i32.const 1))
(assert_return (invoke $A "is_null" (i32.const 2)) (i32.const 1))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0, func /#0#0, func /#0#0]
;;= /#0 allocated func 1
;;= /#0 elem 0 offset = i32:1
;;= /#0 trap out-of-bounds-table in initialise
