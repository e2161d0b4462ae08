;;! title = "Bulk writes of a start function stay after a trap, and the one out of bounds writes nothing"
;;! rules = ["CORE-START-10"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "m" (memory 1))
    (data $d "\04\05")
    (func $start
      (memory.fill (i32.const 8) (i32.const 9) (i32.const 2))
      (memory.init $d (i32.const 16) (i32.const 0) (i32.const 2))
      (memory.init $d (i32.const 65535) (i32.const 0) (i32.const 2)))
    (start $start))
  "out of bounds memory access")
(assert_return (invoke $A "read" (i32.const 9)) (i32.const 9))
(assert_return (invoke $A "read" (i32.const 17)) (i32.const 5))
(assert_return (invoke $A "read" (i32.const 65535)) (i32.const 0))
