;;! title = "A million tail calls in the start function need no more stack than one, and end in an import"
;;! rules = ["CORE-START-19"]
;;! needs = ["tail-call"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(module $N
  (import "Log" "log" (func $log (param i32)))
  (func $loop (param i32)
    (if (i32.eqz (local.get 0)) (then (return_call $log (i32.const 5))))
    (return_call $loop (i32.sub (local.get 0) (i32.const 1))))
  (func $start (return_call $loop (i32.const 1000000)))
  (start $start))
(assert_return (invoke $Log "value") (i32.const 5))
;;= /$N import "Log" "log" func
;;= /$N allocated func 2
;;= /$N start 2 entered
;;= /$N start 2 left
;;= /$N done
