;;! title = "When an element segment has trapped, no data segment is written"
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
    (elem (i32.const 1) $f)
    (data (i32.const 0) "\2a"))
  "out of bounds table access")
(assert_return (invoke $A "read") (i32.const 0))
