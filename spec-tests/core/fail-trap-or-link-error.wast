;;! title = "Whether a segment that does not fit is told from a bad import is recorded"
;;! rules = ["CORE-FAIL-02"]
(module $A (memory (export "m") 1))
(register "A" $A)
(assert_trap
  (module (import "A" "m" (memory 1)) (data (i32.const 65536) "x"))
  "out of bounds memory access")
(assert_unlinkable
  (module (import "A" "m" (memory 2)) (data (i32.const 65536) "x"))
  "incompatible import type")
;;= /#0 import "A" "m" memory
;;= /#0 allocated
;;= /#0 data 0 offset = i32:65536
;;= /#0 trap out-of-bounds-memory in initialise
;;= => unlinkable
