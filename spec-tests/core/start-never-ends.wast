;;! title = "A start function that never ends gives no instance; who stops it makes the instantiation fail"
;;! rules = ["CORE-START-26"]
;;! bugs = ["START-UNINTERRUPTIBLE"]
;;! interrupt = true
(module $A
  (global (export "g") (mut i32) (i32.const 0)))
(register "A" $A)
;; A script has no assertion for this: the directive fails, and the expected outcome says so.
(module $N
  (import "A" "g" (global $g (mut i32)))
  (func $start (global.set $g (i32.const 1)) (loop $again (br $again)))
  (start $start))
(assert_return (get $A "g") (i32.const 1))
;;= /$N import "A" "g" global
;;= /$N allocated func 1
;;= /$N start 0 entered
;;= => exhausted fuel
