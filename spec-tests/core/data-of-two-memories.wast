;;! title = "Each data segment goes to the memory that it names, imported ones counted first"
;;! rules = ["CORE-DATA-08"]
;;! needs = ["multi-memory"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (result i32) (i32.load8_u (i32.const 0))))
(register "A" $A)
(module $N
  (import "A" "m" (memory $imported 1))
  (memory $own 1)
  (data (memory 1) (i32.const 0) "\05")
  (data (memory 0) (i32.const 0) "\06")
  (global $seen (mut i32) (i32.const 0))
  (func $start
    (global.set $seen
      (i32.add
        (i32.mul (i32.const 10) (i32.load8_u $own (i32.const 0)))
        (i32.load8_u $imported (i32.const 0)))))
  (start $start)
  (func (export "seen") (result i32) (global.get $seen)))
(assert_return (invoke $N "seen") (i32.const 56))
(assert_return (invoke $A "read") (i32.const 6))
;;= /$N import "A" "m" memory
;;= /$N global 0 = i32:0
;;= /$N allocated func 2 memory 1 global 1
;;= /$N data 0 offset = i32:0
;;= /$N data 0 -> memory 1 at 0 len 1
;;= /$N data 0 dropped
;;= /$N data 1 offset = i32:0
;;= /$N data 1 -> memory 0 at 0 len 1
;;= /$N data 1 dropped
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
