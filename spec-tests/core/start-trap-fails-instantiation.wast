;;! title = "A trap in the start function fails the instantiation"
;;! rules = ["CORE-START-09"]
;;! bugs = ["WRONG-ERROR-CLASS"]
(assert_trap (module (func $start (unreachable)) (start $start)) "unreachable")
(assert_trap
  (module (func $start (drop (i32.div_u (i32.const 1) (i32.const 0)))) (start $start))
  "integer divide by zero")
;;= /#0 allocated func 1
;;= /#0 start 0 entered
;;= /#0 trap unreachable in start
;;= /#1 allocated func 1
;;= /#1 start 0 entered
;;= /#1 trap integer-divide-by-zero in start
