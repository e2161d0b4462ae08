;;! title = "An empty data segment fits at offset 0 of an empty memory"
;;! rules = ["CORE-DATA-04"]
(module $N (memory 0) (data (i32.const 0) ""))
(assert_trap (module (memory 0) (data (i32.const 1) "")) "out of bounds memory access")
(assert_trap (module (memory 0) (data (i32.const 0) "x")) "out of bounds memory access")
;;= /$N allocated memory 1
;;= /$N data 0 offset = i32:0
;;= /$N data 0 -> memory 0 at 0 len 0
;;= /$N data 0 dropped
;;= /$N done
;;= /#0 allocated memory 1
;;= /#0 data 0 offset = i32:1
;;= /#0 trap out-of-bounds-memory in initialise
;;= /#1 allocated memory 1
;;= /#1 data 0 offset = i32:0
;;= /#1 trap out-of-bounds-memory in initialise
