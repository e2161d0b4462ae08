;;! title = "A 32-bit offset of 2 GiB is a place in a memory that is larger, not one before its beginning"
;;! rules = ["CORE-DATA-07"]
(module $N
  (memory 32769)
  (data (i32.const 0x80000000) "\2a")
  (func (export "there") (result i32) (i32.load8_u (i32.const 0x80000000))))
(assert_return (invoke $N "there") (i32.const 42))
;;= /$N allocated func 1 memory 1
;;= /$N data 0 offset = i32:-2147483648
;;= /$N data 0 -> memory 0 at 2147483648 len 1
;;= /$N data 0 dropped
;;= /$N done
