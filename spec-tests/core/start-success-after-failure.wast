;;! title = "After an instantiation that trapped, one with other imports succeeds, and nothing of the trap is left"
;;! rules = ["CORE-START-09", "CORE-GEN-01"]
;;! bugs = ["TRAP-POINTER-KEPT"]
(module definition $M
  (import "X" "divisor" (global $divisor i32))
  (global $g (mut i32) (i32.const 0))
  (func $start (global.set $g (i32.div_u (i32.const 84) (global.get $divisor))))
  (start $start)
  (func (export "get") (result i32) (global.get $g)))
(module $Zero (global (export "divisor") i32 (i32.const 0)))
(module $Two (global (export "divisor") i32 (i32.const 2)))
(register "X" $Zero)
(assert_trap
  (module
    (import "X" "divisor" (global $divisor i32))
    (func $start (drop (i32.div_u (i32.const 84) (global.get $divisor))))
    (start $start))
  "integer divide by zero")
(register "X" $Two)
(module instance $N $M)
(assert_return (invoke $N "get") (i32.const 42))
;;= /#0 import "X" "divisor" global
;;= /#0 allocated func 1
;;= /#0 start 0 entered
;;= /#0 trap integer-divide-by-zero in start
;;= /$N import "X" "divisor" global
;;= /$N global 1 = i32:0
;;= /$N allocated func 2 global 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
