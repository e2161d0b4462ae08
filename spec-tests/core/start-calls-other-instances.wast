;;! title = "While start runs it calls into another instance, and comes back"
;;! rules = ["CORE-START-21"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(module $B
  (import "Log" "log" (func $log (param i32)))
  (func (export "middle") (call $log (i32.const 2))))
(register "B" $B)
(module $N
  (import "Log" "log" (func $log (param i32)))
  (import "B" "middle" (func $middle))
  (func $start
    (call $log (i32.const 1))
    (call $middle)
    (call $log (i32.const 3)))
  (start $start))
(assert_return (invoke $Log "value") (i32.const 123))
;;= /$N import "Log" "log" func
;;= /$N import "B" "middle" func
;;= /$N allocated func 1
;;= /$N start 2 entered
;;= /$N start 2 left
;;= /$N done
