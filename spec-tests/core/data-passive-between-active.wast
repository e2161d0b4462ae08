;;! title = "Passive segments between active ones keep their place and are left alone"
;;! rules = ["CORE-DATA-05", "CORE-DATA-01"]
(module $N
  (memory 1)
  (data (i32.const 0) "a")
  (data $p "b")
  (data (i32.const 1) "c")
  (func (export "read") (result i32) (i32.load (i32.const 0)))
  (func (export "init") (memory.init $p (i32.const 2) (i32.const 0) (i32.const 1))))
(assert_return (invoke $N "read") (i32.const 0x6361))
(assert_return (invoke $N "init"))
(assert_return (invoke $N "read") (i32.const 0x626361))
;;= /$N allocated func 2 memory 1
;;= /$N data 0 offset = i32:0
;;= /$N data 0 -> memory 0 at 0 len 1
;;= /$N data 0 dropped
;;= /$N data 2 offset = i32:1
;;= /$N data 2 -> memory 0 at 1 len 1
;;= /$N data 2 dropped
;;= /$N done
