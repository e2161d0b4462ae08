(module $A
  (table (export "t") 3 funcref)
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 3 funcref))
    (memory 1)
    (func $read (result i32) (i32.load8_u (i32.const 0)))
    (elem (i32.const 0) $read)
    (elem (i32.const 3) $read)
    (data (i32.const 0) "\2a"))
  "out of bounds table access")
(assert_return (invoke $A "call" (i32.const 0)) (i32.const 0))
