;;! title = "After a data segment trapped, a function that escaped reads the initial value of its own global"
;;! rules = ["CORE-START-13"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (memory 1)
    (global $g i32 (i32.const 55))
    (func $leak (result i32) (i32.add (global.get $g) (i32.load8_u (i32.const 0))))
    (elem (i32.const 0) $leak)
    (data (i32.const 0) "\05")
    (data (i32.const 65536) "\01"))
  "out of bounds memory access")
(assert_return (invoke $A "call") (i32.const 60))
;;= /#0 import "A" "t" table
;;= /#0 global 0 = i32:55
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 1 memory 1 global 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 data 0 offset = i32:0
;;= /#0 data 0 -> memory 0 at 0 len 1
;;= /#0 data 0 dropped
;;= /#0 data 1 offset = i32:65536
;;= /#0 trap out-of-bounds-memory in initialise
