;;! title = "The offset of a data segment may be an imported global"
;;! rules = ["CORE-DATA-07"]
(module $A (global (export "at") i32 (i32.const 100)))
(register "A" $A)
(module $N
  (import "A" "at" (global $at i32))
  (memory 1)
  (data (global.get $at) "\07")
  (func (export "read") (result i32) (i32.load8_u (i32.const 100))))
(assert_return (invoke $N "read") (i32.const 7))
;;= /$N import "A" "at" global
;;= /$N allocated func 1 memory 1
;;= /$N data 0 offset = i32:100
;;= /$N data 0 -> memory 0 at 100 len 1
;;= /$N data 0 dropped
;;= /$N done
