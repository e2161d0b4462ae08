;;! title = "The arithmetic of an offset wraps around at 2^32"
;;! rules = ["CORE-DATA-07"]
;;! needs = ["extended-const"]
(module $A (global (export "g") i32 (i32.const -4)))
(register "A" $A)
(module $N
  (import "A" "g" (global $g i32))
  (memory 1)
  (data (i32.add (global.get $g) (i32.const 7)) "\07")
  (data (i32.mul (i32.const 0x10000) (i32.const 0x10001)) "")
  (func (export "read") (result i32) (i32.load8_u (i32.const 3))))
(assert_return (invoke $N "read") (i32.const 7))
;;= /$N import "A" "g" global
;;= /$N allocated func 1 memory 1
;;= /$N data 0 offset = i32:3
;;= /$N data 0 -> memory 0 at 3 len 1
;;= /$N data 0 dropped
;;= /$N data 1 offset = i32:65536
;;= /$N data 1 -> memory 0 at 65536 len 0
;;= /$N data 1 dropped
;;= /$N done
