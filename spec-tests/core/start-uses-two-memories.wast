;;! title = "start copies between an imported and an own memory, of 32 and of 64 bits"
;;! rules = ["CORE-START-24", "CORE-START-25"]
;;! needs = ["multi-memory", "memory64"]
(module $A
  (memory (export "m") i64 1)
  (func (export "read") (result i32) (i32.load (i64.const 100))))
(register "A" $A)
(module $N
  (import "A" "m" (memory $far i64 1))
  (memory $near 1)
  (data (memory $near) (i32.const 8) "\01\02")
  (data $p "\03\04")
  (func $start
    (memory.copy $far $near (i64.const 100) (i32.const 8) (i32.const 2))
    (memory.init $near $p (i32.const 10) (i32.const 0) (i32.const 2))
    (memory.copy $far $near (i64.const 102) (i32.const 10) (i32.const 2)))
  (start $start))
(assert_return (invoke $A "read") (i32.const 0x04030201))
