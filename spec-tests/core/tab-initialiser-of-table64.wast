;;! title = "The initialiser of a 64-bit table fills its slots"
;;! rules = ["CORE-TAB-01"]
;;! needs = ["function-references", "memory64"]
(module $N
  (table i64 3 funcref (ref.func $f))
  (func $f (result i32) (i32.const 9))
  (func (export "call") (param i64) (result i32) (call_indirect (result i32) (local.get 0))))
(assert_return (invoke $N "call" (i64.const 0)) (i32.const 9))
(assert_return (invoke $N "call" (i64.const 2)) (i32.const 9))
;;= /$N table 0 = func /$N#0
;;= /$N allocated func 2 table 1
;;= /$N done
