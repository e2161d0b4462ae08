;;! title = "Data segments are written to a shared memory in the order of their indices"
;;! rules = ["CORE-DATA-12", "CORE-DATA-01"]
;;! needs = ["threads"]
(module $A
  (memory (export "m") 1 1 shared)
  (func (export "read") (result i32) (i32.atomic.load (i32.const 0))))
(register "A" $A)
(module $N
  (import "A" "m" (memory 1 1 shared))
  (data (i32.const 0) "\01\02\03\04")
  (data (i32.const 0) "\09"))
(assert_return (invoke $A "read") (i32.const 0x04030209))
;;= /$N import "A" "m" memory
;;= /$N allocated
;;= /$N data 0 offset = i32:0
;;= /$N data 0 -> memory 0 at 0 len 4
;;= /$N data 0 dropped
;;= /$N data 1 offset = i32:0
;;= /$N data 1 -> memory 0 at 0 len 1
;;= /$N data 1 dropped
;;= /$N done
