;;! title = "An empty element segment fits at the end of the table, and no further"
;;! rules = ["CORE-ELEM-06"]
;;! bugs = ["EMPTY-OOB-SEGMENT-ACCEPTED"]
(module $N
  (table 3 funcref)
  (elem (i32.const 3)))
(assert_trap (module (table 3 funcref) (elem (i32.const 4))) "out of bounds table access")
;;= /$N elem 0 = []
;;= /$N allocated table 1
;;= /$N elem 0 offset = i32:3
;;= /$N elem 0 -> table 0 at 3 len 0
;;= /$N elem 0 dropped
;;= /$N done
;;= /#0 elem 0 = []
;;= /#0 allocated table 1
;;= /#0 elem 0 offset = i32:4
;;= /#0 trap out-of-bounds-table in initialise
