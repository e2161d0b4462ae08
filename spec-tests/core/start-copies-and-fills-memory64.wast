;;! title = "The start function fills and copies within an imported memory of 64-bit addresses"
;;! rules = ["CORE-START-24"]
;;! needs = ["memory64"]
(module $A
  (memory (export "m") i64 1)
  (func (export "read") (param i64) (result i32) (i32.load16_u (local.get 0))))
(register "A" $A)
(module $N
  (import "A" "m" (memory i64 1))
  (func $start
    (memory.fill (i64.const 16) (i32.const 7) (i64.const 1))
    (memory.fill (i64.const 17) (i32.const 8) (i64.const 2))
    (memory.copy (i64.const 65534) (i64.const 16) (i64.const 2)))
  (start $start))
(assert_return (invoke $A "read" (i64.const 16)) (i32.const 0x0807))
(assert_return (invoke $A "read" (i64.const 18)) (i32.const 0x0008))
(assert_return (invoke $A "read" (i64.const 65534)) (i32.const 0x0807))
;;= /$A allocated func 1 memory 1
;;= /$A done
;;= /$N import "A" "m" memory
;;= /$N allocated func 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
