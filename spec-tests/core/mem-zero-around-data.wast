;;! title = "The bytes beside a data segment stay zero"
;;! rules = ["CORE-MEM-01"]
(module $N
  (memory 1)
  (data (i32.const 8) "\ff\ff")
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(assert_return (invoke $N "read" (i32.const 7)) (i32.const 0))
(assert_return (invoke $N "read" (i32.const 8)) (i32.const 255))
(assert_return (invoke $N "read" (i32.const 9)) (i32.const 255))
(assert_return (invoke $N "read" (i32.const 10)) (i32.const 0))
;;= /$N allocated func 1 memory 1
;;= /$N data 0 offset = i32:8
;;= /$N data 0 -> memory 0 at 8 len 2
;;= /$N data 0 dropped
;;= /$N done
