;;! title = "The bounds of an element segment are the imported table's own size, not the declared minimum"
;;! rules = ["CORE-ELEM-12"]
(module $A (table (export "t") 10 funcref))
(register "A" $A)
(module $N
  (import "A" "t" (table 0 funcref))
  (func $f (result i32) (i32.const 5))
  (elem (i32.const 9) $f)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 9))))
(assert_return (invoke $N "call") (i32.const 5))
(assert_trap
  (module (import "A" "t" (table 0 funcref)) (func $f) (elem (i32.const 10) $f))
  "out of bounds table access")
;;= /$N import "A" "t" table
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 2
;;= /$N elem 0 offset = i32:9
;;= /$N elem 0 -> table 0 at 9 len 1
;;= /$N elem 0 dropped
;;= /$N done
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 1
;;= /#0 elem 0 offset = i32:10
;;= /#0 trap out-of-bounds-table in initialise
