;;! title = "A data segment stays written when a later one traps"
;;! rules = ["CORE-DATA-03", "CORE-FAIL-03"]
;;! bugs = ["MVP-ALL-OR-NOTHING"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "m" (memory 1))
    (data (i32.const 0) "\07")
    (data (i32.const 65536) "\08")
    (data (i32.const 1) "\09"))
  "out of bounds memory access")
(assert_return (invoke $A "read" (i32.const 0)) (i32.const 7))
(assert_return (invoke $A "read" (i32.const 1)) (i32.const 0))
;;= /#0 import "A" "m" memory
;;= /#0 allocated
;;= /#0 data 0 offset = i32:0
;;= /#0 data 0 -> memory 0 at 0 len 1
;;= /#0 data 0 dropped
;;= /#0 data 1 offset = i32:65536
;;= /#0 trap out-of-bounds-memory in initialise
