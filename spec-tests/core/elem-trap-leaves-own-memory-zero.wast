;;! title = "When an element segment traps, the module's own memory has no data yet"
;;! rules = ["CORE-ELEM-03"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (memory 1)
    (func $read (result i32) (i32.load8_u (i32.const 0)))
    (elem (i32.const 0) $read)
    (elem (i32.const 1) $read)
    (data (i32.const 0) "\2a"))
  "out of bounds table access")
(assert_return (invoke $A "call") (i32.const 0))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 elem 1 = [func /#0#0]
;;= /#0 allocated func 1 memory 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 elem 1 offset = i32:1
;;= /#0 trap out-of-bounds-table in initialise
