;;! title = "The offset -1 of a data segment is 0xffffffff"
;;! rules = ["CORE-DATA-07"]
(assert_trap (module (memory 1) (data (i32.const -1) "ab")) "out of bounds memory access")
(assert_trap (module (memory 1) (data (i32.const -1) "")) "out of bounds memory access")
;;= /#0 allocated memory 1
;;= /#0 data 0 offset = i32:-1
;;= /#0 trap out-of-bounds-memory in initialise
;;= /#1 allocated memory 1
;;= /#1 data 0 offset = i32:-1
;;= /#1 trap out-of-bounds-memory in initialise
