;;! title = "A data segment that does not fit into a sibling's memory fails the whole component"
;;! rules = ["CM-INST-11", "CM-TRAP-01"]
;;! needs = ["component-model"]
(assert_trap
  (component
    (core module $A (memory (export "m") 1))
    (core instance $a (instantiate $A))
    (core module $B (import "a" "m" (memory 1)) (data (i32.const 65536) "x"))
    (core instance (instantiate $B (with "a" (instance $a)))))
  "out of bounds memory access")
;;= /#0 component begun
;;= /#0/$a allocated memory 1
;;= /#0/$a done
;;= /#0/core#1 import "a" "m" memory
;;= /#0/core#1 allocated
;;= /#0/core#1 data 0 offset = i32:65536
;;= /#0/core#1 trap out-of-bounds-memory in initialise
;;= /#0 locked
;;= /#0 trap out-of-bounds-memory in initialise
