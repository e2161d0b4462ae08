;;! title = "A data segment may lie where the imported memory has grown to"
;;! rules = ["CORE-DATA-10"]
(module $A
  (memory (export "m") 1)
  (func (export "grow") (result i32) (memory.grow (i32.const 1)))
  (func (export "read") (result i32) (i32.load8_u (i32.const 65536))))
(register "A" $A)
(assert_trap
  (module (import "A" "m" (memory 1)) (data (i32.const 65536) "\07"))
  "out of bounds memory access")
(assert_return (invoke $A "grow") (i32.const 1))
(module $N (import "A" "m" (memory 1)) (data (i32.const 65536) "\07"))
(assert_return (invoke $A "read") (i32.const 7))
;;= /#0 import "A" "m" memory
;;= /#0 allocated
;;= /#0 data 0 offset = i32:65536
;;= /#0 trap out-of-bounds-memory in initialise
;;= /$N import "A" "m" memory
;;= /$N allocated
;;= /$N data 0 offset = i32:65536
;;= /$N data 0 -> memory 0 at 65536 len 1
;;= /$N data 0 dropped
;;= /$N done
