;;! title = "When an element segment traps, an imported memory has no data yet"
;;! rules = ["CORE-ELEM-03"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (result i32) (i32.load8_u (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "m" (memory 1))
    (table 1 funcref)
    (func $f)
    (data (i32.const 0) "\2a")
    (elem (i32.const 1) $f))
  "out of bounds table access")
(assert_return (invoke $A "read") (i32.const 0))
;;= /#0 import "A" "m" memory
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 1 table 1
;;= /#0 elem 0 offset = i32:1
;;= /#0 trap out-of-bounds-table in initialise
