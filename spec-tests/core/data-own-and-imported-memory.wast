;;! title = "Segments of an imported and an own memory are written in the order of their indices"
;;! rules = ["CORE-DATA-01", "CORE-FAIL-03"]
;;! needs = ["multi-memory"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "m" (memory $m 1))
    (memory $own 0)
    (data (memory $m) (i32.const 0) "\01")
    (data (memory $own) (i32.const 0) "\02")
    (data (memory $m) (i32.const 1) "\03"))
  "out of bounds memory access")
(assert_return (invoke $A "read" (i32.const 0)) (i32.const 1))
(assert_return (invoke $A "read" (i32.const 1)) (i32.const 0))
