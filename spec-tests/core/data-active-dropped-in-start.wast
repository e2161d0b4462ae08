;;! title = "An active data segment is dropped when the start function runs"
;;! rules = ["CORE-DATA-05"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "m" (memory 1))
    (data $d (i32.const 0) "\01")
    (func $start (memory.init $d (i32.const 1) (i32.const 0) (i32.const 1)))
    (start $start))
  "out of bounds memory access")
(assert_return (invoke $A "read" (i32.const 0)) (i32.const 1))
(assert_return (invoke $A "read" (i32.const 1)) (i32.const 0))
;;= /#0 import "A" "m" memory
;;= /#0 allocated func 1
;;= /#0 data 0 offset = i32:0
;;= /#0 data 0 -> memory 0 at 0 len 1
;;= /#0 data 0 dropped
;;= /#0 start 0 entered
;;= /#0 trap out-of-bounds-memory in start
