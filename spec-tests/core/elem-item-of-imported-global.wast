;;! title = "An item of an element segment may be an imported global"
;;! rules = ["CORE-ELEM-15"]
(module $A
  (func $f (result i32) (i32.const 5))
  (global (export "g") funcref (ref.func $f)))
(register "A" $A)
(module $N
  (import "A" "g" (global $g funcref))
  (table 2 funcref)
  (elem (table 0) (i32.const 0) funcref (item (ref.null func)) (item (global.get $g)))
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(assert_return (invoke $N "call" (i32.const 1)) (i32.const 5))
(assert_trap (invoke $N "call" (i32.const 0)) "uninitialized element")
;;= /$N import "A" "g" global
;;= /$N elem 0 = [null, func /$A#0]
;;= /$N allocated func 1 table 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 2
;;= /$N elem 0 dropped
;;= /$N done
