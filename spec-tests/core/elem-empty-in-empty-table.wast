;;! title = "An empty element segment fits at offset 0 of an empty table"
;;! rules = ["CORE-ELEM-06"]
(module $N
  (table 0 funcref)
  (elem (i32.const 0)))
(assert_trap (module (table 0 funcref) (elem (i32.const 1))) "out of bounds table access")
;;= /$N elem 0 = []
;;= /$N allocated table 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 0
;;= /$N elem 0 dropped
;;= /$N done
;;= /#0 elem 0 = []
;;= /#0 allocated table 1
;;= /#0 elem 0 offset = i32:1
;;= /#0 trap out-of-bounds-table in initialise
