;;! title = "What start wrote to an imported global before its trap stays written, and nothing after it"
;;! rules = ["CORE-START-10"]
(module $A (global (export "g") (mut i32) (i32.const 0)))
(register "A" $A)
(assert_trap
  (module
    (import "A" "g" (global $g (mut i32)))
    (func $start
      (global.set $g (i32.const 5))
      (drop (i32.trunc_f32_u (f32.const nan)))
      (global.set $g (i32.const 6)))
    (start $start))
  "invalid conversion to integer")
(assert_return (get $A "g") (i32.const 5))
;;= /#0 import "A" "g" global
;;= /#0 allocated func 1
;;= /#0 start 0 entered
;;= /#0 trap invalid-conversion-to-integer in start
