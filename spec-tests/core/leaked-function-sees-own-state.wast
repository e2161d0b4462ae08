;;! title = "A function that escaped finds what start had set in the instance's own global and memory"
;;! rules = ["CORE-START-12"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (memory 1)
    (data (i32.const 0) "\03")
    (global $g (mut i32) (i32.const 1))
    (func $leak (result i32)
      (i32.add
        (i32.mul (i32.const 100) (global.get $g))
        (i32.load16_u (i32.const 0))))
    (elem (i32.const 0) $leak)
    (func $start
      (global.set $g (i32.const 7))
      (i32.store8 (i32.const 1) (i32.const 1))
      (unreachable))
    (start $start))
  "unreachable")
;; 100 * 7 and the bytes 03 01.
(assert_return (invoke $A "call") (i32.const 959))
;;= /#0 import "A" "t" table
;;= /#0 global 0 = i32:1
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 2 memory 1 global 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 data 0 offset = i32:0
;;= /#0 data 0 -> memory 0 at 0 len 1
;;= /#0 data 0 dropped
;;= /#0 start 1 entered
;;= /#0 trap unreachable in start
