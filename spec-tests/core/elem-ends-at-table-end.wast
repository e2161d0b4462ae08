;;! title = "An element segment may end with the last entry of the table, and not one entry later"
;;! rules = ["CORE-ELEM-04"]
(module $N
  (table 3 3 funcref)
  (func $f (result i32) (i32.const 4))
  (elem (i32.const 1) $f $f)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 2))))
(assert_return (invoke $N "call") (i32.const 4))
(assert_trap (module (table 3 3 funcref) (func $f) (elem (i32.const 2) $f $f)) "out of bounds table access")
;;= /$N elem 0 = [func /$N#0, func /$N#0]
;;= /$N allocated func 2 table 1
;;= /$N elem 0 offset = i32:1
;;= /$N elem 0 -> table 0 at 1 len 2
;;= /$N elem 0 dropped
;;= /$N done
;;= /#0 elem 0 = [func /#0#0, func /#0#0]
;;= /#0 allocated func 1 table 1
;;= /#0 elem 0 offset = i32:2
;;= /#0 trap out-of-bounds-table in initialise
