;;! title = "An element segment may lie where the imported table has grown to"
;;! rules = ["CORE-ELEM-12"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "grow") (result i32) (table.grow (ref.null func) (i32.const 1)))
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 1))))
(register "A" $A)
(assert_trap
  (module (import "A" "t" (table 1 funcref)) (func $f) (elem (i32.const 1) $f))
  "out of bounds table access")
(assert_return (invoke $A "grow") (i32.const 1))
(module $N
  (import "A" "t" (table 1 funcref))
  (func $f (result i32) (i32.const 5))
  (elem (i32.const 1) $f))
(assert_return (invoke $A "call") (i32.const 5))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 1
;;= /#0 elem 0 offset = i32:1
;;= /#0 trap out-of-bounds-table in initialise
;;= /$N import "A" "t" table
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 1
;;= /$N elem 0 offset = i32:1
;;= /$N elem 0 -> table 0 at 1 len 1
;;= /$N elem 0 dropped
;;= /$N done
