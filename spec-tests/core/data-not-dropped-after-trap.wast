;;! title = "Data segments after the one that trapped can still be used by a function that escaped"
;;! rules = ["CORE-DATA-06"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (memory 1)
    (func $leak (result i32)
      (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 1))
      (memory.init 2 (i32.const 1) (i32.const 0) (i32.const 1))
      (i32.load16_u (i32.const 0)))
    (elem (i32.const 0) $leak)
    (data (i32.const 4) "\01")
    (data (i32.const 65536) "\02")
    (data (i32.const 5) "\03"))
  "out of bounds memory access")
(assert_return (invoke $A "call") (i32.const 0x0302))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 1 memory 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 data 0 offset = i32:4
;;= /#0 data 0 -> memory 0 at 4 len 1
;;= /#0 data 0 dropped
;;= /#0 data 1 offset = i32:65536
;;= /#0 trap out-of-bounds-memory in initialise
