;;! title = "A function that escaped grows the failed instance's memory and uses what it grew"
;;! rules = ["CORE-START-14"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (memory 1 2)
    (func $leak (result i32)
      (drop (memory.grow (i32.const 1)))
      (i32.store (i32.const 65536) (i32.add (i32.load (i32.const 65536)) (i32.const 4)))
      (i32.load (i32.const 65536)))
    (elem (i32.const 0) $leak)
    (func $start (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $A "call") (i32.const 4))
(assert_return (invoke $A "call") (i32.const 8))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 2 memory 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 start 1 entered
;;= /#0 trap unreachable in start
