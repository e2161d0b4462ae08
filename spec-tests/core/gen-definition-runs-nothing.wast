;;! title = "Defining a module runs neither its start function nor its segments"
;;! rules = ["CORE-GEN-04"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(module $A (memory (export "m") 1) (func (export "read") (result i32) (i32.load8_u (i32.const 0))))
(register "A" $A)
(module definition $M
  (import "Log" "log" (func $log (param i32)))
  (import "A" "m" (memory 1))
  (data (i32.const 0) "\01")
  (func $start (call $log (i32.const 1)))
  (start $start))
(assert_return (invoke $Log "value") (i32.const 0))
(assert_return (invoke $A "read") (i32.const 0))
(module instance $N $M)
(assert_return (invoke $Log "value") (i32.const 1))
(assert_return (invoke $A "read") (i32.const 1))
;;= /$N import "Log" "log" func
;;= /$N import "A" "m" memory
;;= /$N allocated func 1
;;= /$N data 0 offset = i32:0
;;= /$N data 0 -> memory 0 at 0 len 1
;;= /$N data 0 dropped
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
