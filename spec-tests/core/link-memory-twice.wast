;;! title = "A memory imported twice is one memory: data written through one index is read through the other in start"
;;! rules = ["CORE-LINK-08"]
;;! needs = ["multi-memory"]
(module $A (memory (export "m") 1))
(register "A" $A)
(module $N
  (import "A" "m" (memory $first 1))
  (import "A" "m" (memory $second 1))
  (global $seen (mut i32) (i32.const 0))
  (func $start (global.set $seen (i32.load8_u $second (i32.const 5))))
  (start $start)
  (data $first (i32.const 5) "\2a")
  (func (export "seen") (result i32) (global.get $seen)))
(assert_return (invoke $N "seen") (i32.const 42))
;;= /$N import "A" "m" memory
;;= /$N import "A" "m" memory
;;= /$N global 0 = i32:0
;;= /$N allocated func 2 global 1
;;= /$N data 0 offset = i32:5
;;= /$N data 0 -> memory 0 at 5 len 1
;;= /$N data 0 dropped
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
