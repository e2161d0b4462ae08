;;! title = "The offset of a data segment on a 64-bit memory is an i64"
;;! rules = ["CORE-DATA-09"]
;;! needs = ["memory64"]
(module $N
  (memory i64 1)
  (data (i64.const 9) "\07")
  (func (export "read") (result i32) (i32.load8_u (i64.const 9))))
(assert_return (invoke $N "read") (i32.const 7))
(assert_invalid (module (memory i64 1) (data (i32.const 0) "")) "type mismatch")
;;= /$N allocated func 1 memory 1
;;= /$N data 0 offset = i64:9
;;= /$N data 0 -> memory 0 at 9 len 1
;;= /$N data 0 dropped
;;= /$N done
