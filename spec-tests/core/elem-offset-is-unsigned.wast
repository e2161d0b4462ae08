;;! title = "The offset -1 of an element segment is 0xffffffff"
;;! rules = ["CORE-ELEM-11"]
(assert_trap
  (module (table 10 funcref) (func $f) (elem (i32.const -1) $f $f))
  "out of bounds table access")
;;= /#0 elem 0 = [func /#0#0, func /#0#0]
;;= /#0 allocated func 1 table 1
;;= /#0 elem 0 offset = i32:-1
;;= /#0 trap out-of-bounds-table in initialise
