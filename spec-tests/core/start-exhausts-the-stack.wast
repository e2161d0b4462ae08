;;! title = "Endless recursion in the start function fails the instantiation, and earlier writes stay"
;;! rules = ["CORE-START-18"]
(module $A (global (export "g") (mut i32) (i32.const 0)))
(register "A" $A)
;; A script has no assertion for this: the directive fails, and the expected outcome says so.
(module $N
  (import "A" "g" (global $g (mut i32)))
  (func $again (call $again))
  (func $start (global.set $g (i32.const 1)) (call $again))
  (start $start))
(assert_return (get $A "g") (i32.const 1))
;;= /$N import "A" "g" global
;;= /$N allocated func 2
;;= /$N start 1 entered
;;= => exhausted stack
