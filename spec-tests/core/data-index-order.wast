;;! title = "Of two data segments for one byte, the one with the higher index stays"
;;! rules = ["CORE-DATA-01"]
(module $N
  (memory 1)
  (data (i32.const 0) "abc")
  (data (i32.const 1) "XY")
  (data (i32.const 2) "z")
  (func (export "read") (result i32) (i32.load (i32.const 0))))
;; The bytes are a, X, z.
(assert_return (invoke $N "read") (i32.const 0x007a5861))
;;= /$N allocated func 1 memory 1
;;= /$N data 0 offset = i32:0
;;= /$N data 0 -> memory 0 at 0 len 3
;;= /$N data 0 dropped
;;= /$N data 1 offset = i32:1
;;= /$N data 1 -> memory 0 at 1 len 2
;;= /$N data 1 dropped
;;= /$N data 2 offset = i32:2
;;= /$N data 2 -> memory 0 at 2 len 1
;;= /$N data 2 dropped
;;= /$N done
