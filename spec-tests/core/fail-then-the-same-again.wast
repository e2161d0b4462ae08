;;! title = "A module whose second segment trapped has written the first, and does both once the memory has grown"
;;! rules = ["CORE-FAIL-03", "CORE-DATA-03"]
(module $A
  (memory (export "m") 1)
  (func (export "grow") (result i32) (memory.grow (i32.const 1)))
  (func (export "clear") (i32.store8 (i32.const 0) (i32.const 0)))
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "A" $A)
(assert_trap
  (module (import "A" "m" (memory 1)) (data (i32.const 0) "\08") (data (i32.const 65536) "\09"))
  "out of bounds memory access")
(assert_return (invoke $A "read" (i32.const 0)) (i32.const 8))
(invoke $A "clear")
(assert_return (invoke $A "grow") (i32.const 1))
(module $N (import "A" "m" (memory 1)) (data (i32.const 0) "\08") (data (i32.const 65536) "\09"))
(assert_return (invoke $A "read" (i32.const 0)) (i32.const 8))
(assert_return (invoke $A "read" (i32.const 65536)) (i32.const 9))
;;= /#0 import "A" "m" memory
;;= /#0 allocated
;;= /#0 data 0 offset = i32:0
;;= /#0 data 0 -> memory 0 at 0 len 1
;;= /#0 data 0 dropped
;;= /#0 data 1 offset = i32:65536
;;= /#0 trap out-of-bounds-memory in initialise
;;= /$N import "A" "m" memory
;;= /$N allocated
;;= /$N data 0 offset = i32:0
;;= /$N data 0 -> memory 0 at 0 len 1
;;= /$N data 0 dropped
;;= /$N data 1 offset = i32:65536
;;= /$N data 1 -> memory 0 at 65536 len 1
;;= /$N data 1 dropped
;;= /$N done
