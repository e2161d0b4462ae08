;;! title = "A function that escaped reads a data segment after the one that trapped"
;;! rules = ["CORE-DATA-06", "CORE-ELEM-09"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (memory 1)
    (func $leak (result i32)
      (memory.init 2 (i32.const 0) (i32.const 0) (i32.const 1))
      (i32.load8_u (i32.const 0)))
    (elem (i32.const 0) $leak)
    (data (i32.const 4) "\01")
    (data (i32.const 65536) "\02")
    (data (i32.const 5) "\03"))
  "out of bounds memory access")
(assert_return (invoke $A "call") (i32.const 3))
