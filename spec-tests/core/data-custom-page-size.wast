;;! title = "In a memory of 1-byte pages, data fits to the last byte and no further"
;;! rules = ["CORE-DATA-10"]
;;! needs = ["custom-page-sizes"]
(module $N
  (memory 5 (pagesize 1))
  (data (i32.const 3) "\01\02")
  (func (export "read") (result i32) (i32.load8_u (i32.const 4))))
(assert_return (invoke $N "read") (i32.const 2))
(assert_trap
  (module (memory 5 (pagesize 1)) (data (i32.const 4) "\01\02"))
  "out of bounds memory access")
;;= /$N allocated func 1 memory 1
;;= /$N data 0 offset = i32:3
;;= /$N data 0 -> memory 0 at 3 len 2
;;= /$N data 0 dropped
;;= /$N done
;;= /#0 allocated memory 1
;;= /#0 data 0 offset = i32:4
;;= /#0 trap out-of-bounds-memory in initialise
