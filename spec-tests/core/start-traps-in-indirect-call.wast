;;! title = "Each way in which an indirect call traps fails the instantiation when start makes the call"
;;! rules = ["CORE-START-09"]
(assert_trap
  (module (table 1 funcref) (func $start (call_indirect (i32.const 1))) (start $start))
  "undefined element")
(assert_trap
  (module (table 1 funcref) (func $start (call_indirect (i32.const 0))) (start $start))
  "uninitialized element")
(assert_trap
  (module
    (table funcref (elem $start))
    (func $start (drop (call_indirect (result i32) (i32.const 0))))
    (start $start))
  "indirect call type mismatch")
;;= /#0 allocated func 1 table 1
;;= /#0 start 0 entered
;;= /#0 trap undefined-element in start
;;= /#1 allocated func 1 table 1
;;= /#1 start 0 entered
;;= /#1 trap uninitialized-element in start
;;= /#2 elem 0 = [func /#2#0]
;;= /#2 allocated func 1 table 1
;;= /#2 elem 0 offset = i32:0
;;= /#2 elem 0 -> table 0 at 0 len 1
;;= /#2 elem 0 dropped
;;= /#2 start 0 entered
;;= /#2 trap indirect-call-type-mismatch in start
