;;! title = "The arithmetic of an offset on a 64-bit memory wraps around at 2^64"
;;! rules = ["CORE-DATA-07", "CORE-DATA-09"]
;;! needs = ["memory64", "extended-const"]
(module $N
  (memory i64 1)
  (data (i64.add (i64.const -1) (i64.const 4)) "\07")
  (func (export "read") (result i32) (i32.load8_u (i64.const 3))))
(assert_return (invoke $N "read") (i32.const 7))
;;= /$N allocated func 1 memory 1
;;= /$N data 0 offset = i64:3
;;= /$N data 0 -> memory 0 at 3 len 1
;;= /$N data 0 dropped
;;= /$N done
