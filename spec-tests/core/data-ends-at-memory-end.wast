;;! title = "A data segment may end with the last byte of the memory, and not one byte later"
;;! rules = ["CORE-DATA-02"]
;;! bugs = ["DATA-AT-END"]
(module $N
  (memory 1 1)
  (data (i32.const 65533) "abc")
  (func (export "last") (result i32) (i32.load8_u (i32.const 65535))))
(assert_return (invoke $N "last") (i32.const 99))
(assert_trap (module (memory 1 1) (data (i32.const 65534) "abc")) "out of bounds memory access")
;;= /$N allocated func 1 memory 1
;;= /$N data 0 offset = i32:65533
;;= /$N data 0 -> memory 0 at 65533 len 3
;;= /$N data 0 dropped
;;= /$N done
;;= /#0 allocated memory 1
;;= /#0 data 0 offset = i32:65534
;;= /#0 trap out-of-bounds-memory in initialise
