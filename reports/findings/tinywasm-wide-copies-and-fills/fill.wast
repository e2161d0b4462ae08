;;! title = "Start fills a memory of 64-bit addresses"
;;! rules = ["CORE-START-24"]
;;! needs = ["memory64"]
(module $N
  (memory i64 1)
  (func $start
    (i32.const 32)
    (i32.const 9)
    (memory.fill (i64.const 16) (i32.const 7) (i64.const 1))
    (return))
  (start $start)
  (func (export "read") (param i64) (result i32) (i32.load8_u (local.get 0))))
(assert_return (invoke $N "read" (i64.const 16)) (i32.const 7))
(assert_return (invoke $N "read" (i64.const 32)) (i32.const 0))
