;;! title = "The offset of an element segment is an imported global's value"
;;! rules = ["CORE-ELEM-01", "CORE-GLOB-03"]
(module $A (global (export "one") i32 (i32.const 1)) (global (export "two") i32 (i32.const 2)))
(register "A" $A)
(module $N
  (import "A" "two" (global $two i32))
  (import "A" "one" (global $one i32))
  (table $t 3 funcref)
  (elem (global.get $one) $f)
  (elem (global.get $two) $g)
  (func $f (result i32) (i32.const 10))
  (func $g (result i32) (i32.const 20))
  (func (export "call") (param i32) (result i32) (call_indirect $t (result i32) (local.get 0))))
(assert_trap (invoke $N "call" (i32.const 0)) "uninitialized element")
(assert_return (invoke $N "call" (i32.const 1)) (i32.const 10))
(assert_return (invoke $N "call" (i32.const 2)) (i32.const 20))
;;= /$N import "A" "two" global
;;= /$N import "A" "one" global
;;= /$N elem 0 = [func /$N#0]
;;= /$N elem 1 = [func /$N#1]
;;= /$N allocated func 3 table 1
;;= /$N elem 0 offset = i32:1
;;= /$N elem 0 -> table 0 at 1 len 1
;;= /$N elem 0 dropped
;;= /$N elem 1 offset = i32:2
;;= /$N elem 1 -> table 0 at 2 len 1
;;= /$N elem 1 dropped
;;= /$N done
