;;! title = "A passive segment that one instance's start dropped is there for the next instance"
;;! rules = ["CORE-START-25", "CORE-GEN-01"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (result i32) (i32.load8_u (i32.const 0))))
(register "A" $A)
(module definition $M
  (import "A" "m" (memory 1))
  (data $d "\01")
  (func $start
    (memory.init $d (i32.load8_u (i32.const 0)) (i32.const 0) (i32.const 1))
    (data.drop $d))
  (start $start)
  (func (export "second") (result i32) (i32.load8_u (i32.const 1))))
(module instance $N1 $M)
(assert_return (invoke $N1 "second") (i32.const 0))
(module instance $N2 $M)
(assert_return (invoke $N2 "second") (i32.const 1))
;;= /$N1 import "A" "m" memory
;;= /$N1 allocated func 2
;;= /$N1 start 0 entered
;;= /$N1 start 0 left
;;= /$N1 done
;;= /$N2 import "A" "m" memory
;;= /$N2 allocated func 2
;;= /$N2 start 0 entered
;;= /$N2 start 0 left
;;= /$N2 done
