;;! title = "ref.func in an initialiser is the function of the instance being made"
;;! rules = ["CORE-GLOB-04"]
(module definition $M
  (global $id (mut i32) (i32.const 0))
  (global (export "f") funcref (ref.func $bump))
  (func $bump (result i32)
    (global.set $id (i32.add (global.get $id) (i32.const 1)))
    (global.get $id)))
(module instance $A $M)
(module instance $B $M)
(register "A" $A)
(register "B" $B)
(module $N
  (import "A" "f" (global $a funcref))
  (import "B" "f" (global $b funcref))
  (table 2 funcref)
  (elem (table 0) (i32.const 0) funcref (item (global.get $a)) (item (global.get $b)))
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(assert_return (invoke $N "call" (i32.const 0)) (i32.const 1))
(assert_return (invoke $N "call" (i32.const 0)) (i32.const 2))
(assert_return (invoke $N "call" (i32.const 1)) (i32.const 1))
;;= /$N import "A" "f" global
;;= /$N import "B" "f" global
;;= /$N elem 0 = [func /$A#0, func /$B#0]
;;= /$N allocated func 1 table 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 2
;;= /$N elem 0 dropped
;;= /$N done
