;;! title = "A second instance over the same imported memory writes its data again"
;;! rules = ["CORE-DATA-11"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (result i32) (i32.load8_u (i32.const 0)))
  (func (export "write") (param i32) (i32.store8 (i32.const 0) (local.get 0))))
(register "A" $A)
(module definition $M (import "A" "m" (memory 1)) (data (i32.const 0) "\07"))
(module instance $N1 $M)
(assert_return (invoke $A "read") (i32.const 7))
(invoke $A "write" (i32.const 1))
(module instance $N2 $M)
(assert_return (invoke $A "read") (i32.const 7))
;;= /$N1 import "A" "m" memory
;;= /$N1 allocated
;;= /$N1 data 0 offset = i32:0
;;= /$N1 data 0 -> memory 0 at 0 len 1
;;= /$N1 data 0 dropped
;;= /$N1 done
;;= /$N2 import "A" "m" memory
;;= /$N2 allocated
;;= /$N2 data 0 offset = i32:0
;;= /$N2 data 0 -> memory 0 at 0 len 1
;;= /$N2 data 0 dropped
;;= /$N2 done
