;;! title = "A table's initialiser fills every slot, then segments overwrite some"
;;! rules = ["CORE-TAB-01"]
;;! needs = ["function-references"]
(module $N
  (table 4 funcref (ref.func $zero))
  (func $zero (result i32) (i32.const 0))
  (func $one (result i32) (i32.const 1))
  (elem (i32.const 2) $one)
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(assert_return (invoke $N "call" (i32.const 0)) (i32.const 0))
(assert_return (invoke $N "call" (i32.const 1)) (i32.const 0))
(assert_return (invoke $N "call" (i32.const 2)) (i32.const 1))
(assert_return (invoke $N "call" (i32.const 3)) (i32.const 0))
;;= /$N table 0 = func /$N#0
;;= /$N elem 0 = [func /$N#1]
;;= /$N allocated func 3 table 1
;;= /$N elem 0 offset = i32:2
;;= /$N elem 0 -> table 0 at 2 len 1
;;= /$N elem 0 dropped
;;= /$N done
