;;! title = "The writes of an instantiation that fails inside of a host function stay, and the one around it goes on"
;;! rules = ["CORE-START-21", "CORE-START-10"]
;;! [[hosts]]
;;! name = "host.try"
;;! does = { instantiate = { module = "$B", names = ["$N"], catches = true } }
(module $M
  (memory (export "memory") 1)
  (func (export "at") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "m" $M)
(module definition $B
  (import "m" "memory" (memory 1))
  (data (i32.const 0) "\07")
  (func $start (i32.store8 (i32.const 1) (i32.const 8)) (unreachable))
  (start $start))
(module $A
  (import "host" "try" (func $try))
  (import "m" "memory" (memory 1))
  (func $start (call $try) (i32.store8 (i32.const 2) (i32.const 9)))
  (start $start))
(assert_return (invoke $M "at" (i32.const 0)) (i32.const 7))
(assert_return (invoke $M "at" (i32.const 1)) (i32.const 8))
(assert_return (invoke $M "at" (i32.const 2)) (i32.const 9))
;;= /$A import "host" "try" func
;;= /$A import "m" "memory" memory
;;= /$A allocated func 1
;;= /$A start 1 entered
;;= /$A host host.try ()
;;= /$N import "m" "memory" memory
;;= /$N allocated func 1
;;= /$N data 0 offset = i32:0
;;= /$N data 0 -> memory 0 at 0 len 1
;;= /$N data 0 dropped
;;= /$N start 0 entered
;;= /$N trap unreachable in start
;;= /$A host host.try returned ()
;;= /$A start 1 left
;;= /$A done
