;;! title = "Each instance has globals of its own"
;;! rules = ["CORE-GEN-01"]
(module definition $M
  (global $g (export "g") (mut i32) (i32.const 5))
  (func (export "set") (param i32) (global.set $g (local.get 0))))
(module instance $A $M)
(module instance $B $M)
(invoke $A "set" (i32.const 9))
(assert_return (get $A "g") (i32.const 9))
(assert_return (get $B "g") (i32.const 5))
;;= /$A global 0 = i32:5
;;= /$A allocated func 1 global 1
;;= /$A done
;;= /$B global 0 = i32:5
;;= /$B allocated func 1 global 1
;;= /$B done
