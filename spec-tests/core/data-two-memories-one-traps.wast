;;! title = "A data segment of one memory stays written when a segment of another memory traps"
;;! rules = ["CORE-DATA-03", "CORE-DATA-08"]
;;! needs = ["multi-memory"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (result i32) (i32.load8_u (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "m" (memory $m 1))
    (memory $small 0)
    (data (memory $m) (i32.const 0) "\06")
    (data (memory $small) (i32.const 0) "\07")
    (data (memory $m) (i32.const 0) "\08"))
  "out of bounds memory access")
(assert_return (invoke $A "read") (i32.const 6))
;;= /#0 import "A" "m" memory
;;= /#0 allocated memory 1
;;= /#0 data 0 offset = i32:0
;;= /#0 data 0 -> memory 0 at 0 len 1
;;= /#0 data 0 dropped
;;= /#0 data 1 offset = i32:0
;;= /#0 trap out-of-bounds-memory in initialise
