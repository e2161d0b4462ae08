;;! title = "Each instance has a table of its own, and in it functions of its own"
;;! rules = ["CORE-GEN-01"]
(module definition $M
  (table 1 funcref)
  (global $g (mut i32) (i32.const 0))
  (func $bump (result i32)
    (global.set $g (i32.add (global.get $g) (i32.const 1)))
    (global.get $g))
  (elem (i32.const 0) $bump)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(module instance $A $M)
(module instance $B $M)
(assert_return (invoke $A "call") (i32.const 1))
(assert_return (invoke $A "call") (i32.const 2))
(assert_return (invoke $B "call") (i32.const 1))
;;= /$A global 0 = i32:0
;;= /$A elem 0 = [func /$A#0]
;;= /$A allocated func 2 table 1 global 1
;;= /$A elem 0 offset = i32:0
;;= /$A elem 0 -> table 0 at 0 len 1
;;= /$A elem 0 dropped
;;= /$A done
;;= /$B global 0 = i32:0
;;= /$B elem 0 = [func /$B#0]
;;= /$B allocated func 2 table 1 global 1
;;= /$B elem 0 offset = i32:0
;;= /$B elem 0 -> table 0 at 0 len 1
;;= /$B elem 0 dropped
;;= /$B done
