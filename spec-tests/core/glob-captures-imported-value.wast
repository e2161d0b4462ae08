;;! title = "A global initialised from an imported one takes the value that was imported by its own instance"
;;! rules = ["CORE-GLOB-03"]
(module $A (global (export "g") i32 (i32.const 1)))
(module $B (global (export "g") i32 (i32.const 2)))
(module definition $M
  (import "X" "g" (global $x i32))
  (global (export "copy") i32 (global.get $x)))
(register "X" $A)
(module instance $N1 $M)
(register "X" $B)
(module instance $N2 $M)
(assert_return (get $N1 "copy") (i32.const 1))
(assert_return (get $N2 "copy") (i32.const 2))
;;= /$N1 import "X" "g" global
;;= /$N1 global 1 = i32:1
;;= /$N1 allocated global 1
;;= /$N1 done
;;= /$N2 import "X" "g" global
;;= /$N2 global 1 = i32:2
;;= /$N2 allocated global 1
;;= /$N2 done
