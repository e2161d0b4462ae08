;;! title = "A copy between two imports that are the same memory is one within that memory"
;;! rules = ["CORE-LINK-08"]
;;! needs = ["multi-memory"]
(module $A
  (memory (export "m") 1)
  (data (i32.const 0) "\01\02\03\04")
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "A" $A)
(module $N
  (import "A" "m" (memory $one 1))
  (import "A" "m" (memory $two 1))
  (func $start
    (memory.copy $one $two (i32.const 1) (i32.const 0) (i32.const 3))
    (memory.copy $two $one (i32.const 8) (i32.const 1) (i32.const 3)))
  (start $start))
(assert_return (invoke $A "read" (i32.const 1)) (i32.const 1))
(assert_return (invoke $A "read" (i32.const 2)) (i32.const 2))
(assert_return (invoke $A "read" (i32.const 3)) (i32.const 3))
(assert_return (invoke $A "read" (i32.const 10)) (i32.const 3))
