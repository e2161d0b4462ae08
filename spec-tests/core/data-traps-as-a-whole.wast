;;! title = "Of a data segment that does not fit, no byte is written"
;;! rules = ["CORE-DATA-02"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "A" $A)
(assert_trap
  (module (import "A" "m" (memory 1)) (data (i32.const 65534) "abc"))
  "out of bounds memory access")
(assert_return (invoke $A "read" (i32.const 65534)) (i32.const 0))
(assert_return (invoke $A "read" (i32.const 65535)) (i32.const 0))
;;= /#0 import "A" "m" memory
;;= /#0 allocated
;;= /#0 data 0 offset = i32:65534
;;= /#0 trap out-of-bounds-memory in initialise
