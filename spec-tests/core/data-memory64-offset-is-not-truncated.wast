;;! title = "On a 64-bit memory an offset of 2^32 is out of bounds and is not taken for 0"
;;! rules = ["CORE-DATA-09"]
;;! needs = ["memory64"]
;;! bugs = ["OFFSET-TRUNCATED"]
(module $A
  (memory (export "m") i64 1)
  (func (export "read") (result i32) (i32.load8_u (i64.const 0))))
(register "A" $A)
(assert_trap
  (module (import "A" "m" (memory i64 1)) (data (i64.const 0x1_0000_0000) "\07"))
  "out of bounds memory access")
(assert_trap
  (module (import "A" "m" (memory i64 1)) (data (i64.const -1) "\07\08"))
  "out of bounds memory access")
(assert_return (invoke $A "read") (i32.const 0))
;;= /#0 import "A" "m" memory
;;= /#0 allocated
;;= /#0 data 0 offset = i64:4294967296
;;= /#0 trap out-of-bounds-memory in initialise
;;= /#1 import "A" "m" memory
;;= /#1 allocated
;;= /#1 data 0 offset = i64:-1
;;= /#1 trap out-of-bounds-memory in initialise
