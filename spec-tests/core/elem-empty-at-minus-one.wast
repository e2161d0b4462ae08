;;! title = "An empty element segment at offset -1 does not wrap around"
;;! rules = ["CORE-ELEM-11", "CORE-ELEM-06"]
(assert_trap
  (module (table 10 funcref) (elem (i32.const -1)))
  "out of bounds table access")
;;= /#0 elem 0 = []
;;= /#0 allocated table 1
;;= /#0 elem 0 offset = i32:-1
;;= /#0 trap out-of-bounds-table in initialise
