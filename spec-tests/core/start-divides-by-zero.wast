;;! title = "A division by zero in the start function is told as that, with what happened before"
;;! rules = ["CORE-START-09", "CORE-START-10"]
(module $A (global (export "g") (mut i32) (i32.const 0)))
(register "A" $A)
(assert_trap
  (module
    (import "A" "g" (global $g (mut i32)))
    (func $start
      (global.set $g (i32.const 5))
      (global.set $g (i32.div_u (i32.const 1) (i32.const 0))))
    (start $start))
  "integer divide by zero")
(assert_return (get $A "g") (i32.const 5))
;;= /#0 import "A" "g" global
;;= /#0 allocated func 1
;;= /#0 start 0 entered
;;= /#0 trap integer-divide-by-zero in start
