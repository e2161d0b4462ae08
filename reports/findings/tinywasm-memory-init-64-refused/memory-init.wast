;;! title = "The start function copies passive data into a memory of 64-bit addresses"
;;! rules = ["CORE-START-25"]
;;! needs = ["memory64"]
(module $N
  (memory i64 1)
  (data $d "\01\02\03")
  (func $start (memory.init $d (i64.const 65534) (i32.const 1) (i32.const 2)) (data.drop $d))
  (start $start)
  (func (export "read") (param i64) (result i32) (i32.load8_u (local.get 0)))
  (func (export "init") (param i32) (memory.init $d (i64.const 0) (i32.const 0) (local.get 0))))
(assert_return (invoke $N "read" (i64.const 65534)) (i32.const 2))
(assert_return (invoke $N "read" (i64.const 65535)) (i32.const 3))
(assert_return (invoke $N "init" (i32.const 0)))
(assert_trap (invoke $N "init" (i32.const 1)) "out of bounds memory access")
