;;! title = "The start function sees the initial values of all globals, the last one included"
;;! rules = ["CORE-GLOB-05"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(module $N
  (import "Log" "log" (func $log (param i32)))
  (func $start
    (call $log (global.get $a))
    (call $log (global.get $b)))
  (start $start)
  (global $a (mut i32) (i32.const 4))
  (global $b i32 (i32.const 2)))
(assert_return (invoke $Log "value") (i32.const 42))
;;= /$N import "Log" "log" func
;;= /$N global 0 = i32:4
;;= /$N global 1 = i32:2
;;= /$N allocated func 1 global 2
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
