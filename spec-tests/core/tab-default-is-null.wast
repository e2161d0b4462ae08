;;! title = "A table without an initialiser holds null in every slot that no segment wrote"
;;! rules = ["CORE-TAB-06"]
(module $N
  (table 3 funcref)
  (func $f)
  (elem (i32.const 1) $f)
  (func (export "call") (param i32) (call_indirect (local.get 0)))
  (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get 0 (local.get 0)))))
(assert_return (invoke $N "is_null" (i32.const 0)) (i32.const 1))
(assert_return (invoke $N "is_null" (i32.const 1)) (i32.const 0))
(assert_return (invoke $N "is_null" (i32.const 2)) (i32.const 1))
(assert_trap (invoke $N "call" (i32.const 2)) "uninitialized element")
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 3 table 1
;;= /$N elem 0 offset = i32:1
;;= /$N elem 0 -> table 0 at 1 len 1
;;= /$N elem 0 dropped
;;= /$N done
