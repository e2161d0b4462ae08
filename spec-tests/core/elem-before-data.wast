;;! title = "All element segments are written before the first data segment traps"
;;! rules = ["CORE-ELEM-02"]
(module $A
  (table (export "t") 2 funcref)
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 2 funcref))
    (memory 1)
    (func $one (result i32) (i32.const 1))
    (func $two (result i32) (i32.const 2))
    (data (i32.const 65536) "x")
    (elem (i32.const 0) $one)
    (elem (i32.const 1) $two))
  "out of bounds memory access")
(assert_return (invoke $A "call" (i32.const 0)) (i32.const 1))
(assert_return (invoke $A "call" (i32.const 1)) (i32.const 2))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 elem 1 = [func /#0#1]
;;= /#0 allocated func 2 memory 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 elem 1 offset = i32:1
;;= /#0 elem 1 -> table 0 at 1 len 1
;;= /#0 elem 1 dropped
;;= /#0 data 0 offset = i32:65536
;;= /#0 trap out-of-bounds-memory in initialise
