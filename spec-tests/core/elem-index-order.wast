;;! title = "Of two element segments for one slot, the one with the higher index stays"
;;! rules = ["CORE-ELEM-01"]
(module $N
  (table 3 funcref)
  (func $one (result i32) (i32.const 1))
  (func $two (result i32) (i32.const 2))
  (elem (i32.const 0) $one $one)
  (elem (i32.const 1) $two $two)
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(assert_return (invoke $N "call" (i32.const 0)) (i32.const 1))
(assert_return (invoke $N "call" (i32.const 1)) (i32.const 2))
(assert_return (invoke $N "call" (i32.const 2)) (i32.const 2))
;;= /$N elem 0 = [func /$N#0, func /$N#0]
;;= /$N elem 1 = [func /$N#1, func /$N#1]
;;= /$N allocated func 3 table 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 2
;;= /$N elem 0 dropped
;;= /$N elem 1 offset = i32:1
;;= /$N elem 1 -> table 0 at 1 len 2
;;= /$N elem 1 dropped
;;= /$N done
