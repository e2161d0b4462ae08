;;! title = "What a start function that exhausted the stack left behind can be called, and other modules start"
;;! rules = ["CORE-START-18"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
;; A script has no assertion for this: the directive fails, and the expected outcome says so.
(module
  (import "A" "t" (table 1 funcref))
  (global $g (mut i32) (i32.const 1))
  (func $leak (result i32) (global.get $g))
  (elem (i32.const 0) $leak)
  (func $again (call $again))
  (func $start (global.set $g (i32.const 7)) (call $again))
  (start $start))
(assert_return (invoke $A "call") (i32.const 7))
(module $N
  (global $seen (mut i32) (i32.const 0))
  (func $deep (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
      (else (i32.const 0))))
  (func $start (global.set $seen (call $deep (i32.const 100))))
  (start $start)
  (func (export "seen") (result i32) (global.get $seen)))
(assert_return (invoke $N "seen") (i32.const 100))
;;= => exhausted stack
