;;! title = "A passive data segment is neither written nor dropped by the instantiation"
;;! rules = ["CORE-DATA-05"]
(module $N
  (memory 1)
  (data $d "\2a")
  (func (export "read") (result i32) (i32.load8_u (i32.const 0)))
  (func (export "init") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))
  (func (export "drop") (data.drop $d)))
(assert_return (invoke $N "read") (i32.const 0))
(assert_return (invoke $N "init"))
(assert_return (invoke $N "read") (i32.const 42))
(assert_return (invoke $N "drop"))
(assert_trap (invoke $N "init") "out of bounds memory access")
;;= /$N allocated func 3 memory 1
;;= /$N done
