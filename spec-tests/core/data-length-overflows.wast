;;! title = "Offset and length of a data segment are added without wrapping around"
;;! rules = ["CORE-DATA-02"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (result i32) (i32.load (i32.const 0))))
(register "A" $A)
(assert_trap
  (module (import "A" "m" (memory 1)) (data (i32.const 0xffff_fffe) "abcd"))
  "out of bounds memory access")
(assert_return (invoke $A "read") (i32.const 0))
;;= /#0 import "A" "m" memory
;;= /#0 allocated
;;= /#0 data 0 offset = i32:-2
;;= /#0 trap out-of-bounds-memory in initialise
