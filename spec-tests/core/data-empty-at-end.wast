;;! title = "An empty data segment fits at the end of the memory, and no further"
;;! rules = ["CORE-DATA-04"]
;;! bugs = ["EMPTY-OOB-SEGMENT-ACCEPTED"]
(module $N (memory 1) (data (i32.const 65536) ""))
(assert_trap (module (memory 1) (data (i32.const 65537) "")) "out of bounds memory access")
;;= /$N allocated memory 1
;;= /$N data 0 offset = i32:65536
;;= /$N data 0 -> memory 0 at 65536 len 0
;;= /$N data 0 dropped
;;= /$N done
;;= /#0 allocated memory 1
;;= /#0 data 0 offset = i32:65537
;;= /#0 trap out-of-bounds-memory in initialise
