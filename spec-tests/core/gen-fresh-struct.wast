;;! title = "A structure made by a global's initialiser is another one in each instance"
;;! rules = ["CORE-GEN-03"]
;;! needs = ["gc"]
(module definition $M
  (type $s (struct))
  (global (export "g") (ref $s) (struct.new $s)))
(module instance $A $M)
(module instance $B $M)
(register "A" $A)
(register "B" $B)
(module $N
  (type $s (struct))
  (import "A" "g" (global $a (ref $s)))
  (import "A" "g" (global $again (ref $s)))
  (import "B" "g" (global $b (ref $s)))
  (func (export "same") (result i32) (ref.eq (global.get $a) (global.get $again)))
  (func (export "other") (result i32) (ref.eq (global.get $a) (global.get $b))))
(assert_return (invoke $N "same") (i32.const 1))
(assert_return (invoke $N "other") (i32.const 0))
;;= /$A global 0 = struct
;;= /$A allocated global 1
;;= /$A done
;;= /$B global 0 = struct
;;= /$B allocated global 1
;;= /$B done
