;;! title = "The start function initialises memory from a passive segment and drops it for good"
;;! rules = ["CORE-START-25"]
(module $N
  (memory 1)
  (data $d "\0a\0b\0c")
  (func $start
    (memory.init $d (i32.const 4) (i32.const 1) (i32.const 2))
    (data.drop $d))
  (start $start)
  (func (export "read") (result i32) (i32.load (i32.const 4)))
  (func (export "init") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))))
(assert_return (invoke $N "read") (i32.const 0x0c0b))
(assert_trap (invoke $N "init") "out of bounds memory access")
;;= /$N allocated func 3 memory 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
