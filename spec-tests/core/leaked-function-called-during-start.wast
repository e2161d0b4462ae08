;;! title = "Whether another instance can call a function that escaped while start still runs is recorded"
;;! rules = ["CORE-START-22"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(module $N
  (import "A" "t" (table 1 funcref))
  (import "A" "call" (func $call (result i32)))
  (global $g (mut i32) (i32.const 1))
  (func $leak (result i32) (i32.add (global.get $g) (i32.const 40)))
  (elem (i32.const 0) $leak)
  (func $start
    (global.set $g (i32.const 2))
    (global.set $g (call $call)))
  (start $start)
  (func (export "seen") (result i32) (global.get $g)))
(assert_return (invoke $N "seen") (i32.const 42))
;;= /$N import "A" "t" table
;;= /$N import "A" "call" func
;;= /$N global 0 = i32:1
;;= /$N elem 0 = [func /$N#1]
;;= /$N allocated func 3 global 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 1
;;= /$N elem 0 dropped
;;= /$N start 2 entered
;;= /$N start 2 left
;;= /$N done
