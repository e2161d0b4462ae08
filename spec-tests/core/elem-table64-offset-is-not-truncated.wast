;;! title = "On a 64-bit table an offset of 2^32 is out of bounds and is not taken for 0"
;;! rules = ["CORE-ELEM-14"]
;;! needs = ["memory64"]
(assert_trap
  (module (table i64 2 funcref) (func $f) (elem (i64.const 0x1_0000_0000) $f))
  "out of bounds table access")
(assert_trap
  (module (table i64 2 funcref) (func $f) (elem (i64.const -1) $f))
  "out of bounds table access")
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 1 table 1
;;= /#0 elem 0 offset = i64:4294967296
;;= /#0 trap out-of-bounds-table in initialise
;;= /#1 elem 0 = [func /#1#0]
;;= /#1 allocated func 1 table 1
;;= /#1 elem 0 offset = i64:-1
;;= /#1 trap out-of-bounds-table in initialise
