;;! title = "An array made by a global's initialiser is another one in each instance"
;;! rules = ["CORE-GEN-03"]
;;! needs = ["gc"]
(module definition $M
  (type $a (array (mut i32)))
  (global $g (ref $a) (array.new_fixed $a 2 (i32.const 1) (i32.const 2)))
  (func (export "set") (param i32) (array.set $a (global.get $g) (i32.const 0) (local.get 0)))
  (func (export "get") (result i32) (array.get $a (global.get $g) (i32.const 0))))
(module instance $A $M)
(module instance $B $M)
(invoke $A "set" (i32.const 9))
(assert_return (invoke $A "get") (i32.const 9))
(assert_return (invoke $B "get") (i32.const 1))
;;= /$A global 0 = array
;;= /$A allocated func 2 global 1
;;= /$A done
;;= /$B global 0 = array
;;= /$B allocated func 2 global 1
;;= /$B done
