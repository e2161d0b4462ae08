;;! title = "The offset of an element segment on a 64-bit table is an i64"
;;! rules = ["CORE-ELEM-14"]
;;! needs = ["memory64"]
(module $N
  (table i64 2 funcref)
  (func $f (result i32) (i32.const 8))
  (elem (i64.const 1) $f)
  (func (export "call") (result i32) (call_indirect (result i32) (i64.const 1))))
(assert_return (invoke $N "call") (i32.const 8))
(assert_invalid (module (table i64 1 funcref) (elem (i32.const 0))) "type mismatch")
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 2 table 1
;;= /$N elem 0 offset = i64:1
;;= /$N elem 0 -> table 0 at 1 len 1
;;= /$N elem 0 dropped
;;= /$N done
