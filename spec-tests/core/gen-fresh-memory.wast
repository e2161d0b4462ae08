;;! title = "Each instance has a memory of its own, with the data segments applied to it"
;;! rules = ["CORE-GEN-01"]
(module definition $M
  (memory 1)
  (data (i32.const 0) "\05")
  (func (export "read") (result i32) (i32.load8_u (i32.const 0)))
  (func (export "write") (param i32) (i32.store8 (i32.const 0) (local.get 0))))
(module instance $A $M)
(invoke $A "write" (i32.const 9))
(module instance $B $M)
(assert_return (invoke $A "read") (i32.const 9))
(assert_return (invoke $B "read") (i32.const 5))
;;= /$A allocated func 2 memory 1
;;= /$A data 0 offset = i32:0
;;= /$A data 0 -> memory 0 at 0 len 1
;;= /$A data 0 dropped
;;= /$A done
;;= /$B allocated func 2 memory 1
;;= /$B data 0 offset = i32:0
;;= /$B data 0 -> memory 0 at 0 len 1
;;= /$B data 0 dropped
;;= /$B done
