;;! title = "Registering and importing an instance does not run its start function again"
;;! rules = ["CORE-START-08"]
;;! bugs = ["START-TWICE"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(module $A
  (import "Log" "log" (func $log (param i32)))
  (func $start (call $log (i32.const 1)))
  (start $start)
  (func (export "f")))
(register "A" $A)
(register "B" $A)
(module $N1 (import "A" "f" (func)))
(module $N2 (import "A" "f" (func $f)) (import "B" "f" (func)) (start $f))
(assert_return (invoke $Log "value") (i32.const 1))
;;= /$A import "Log" "log" func
;;= /$A allocated func 2
;;= /$A start 1 entered
;;= /$A start 1 left
;;= /$A done
;;= /$N1 import "A" "f" func
;;= /$N1 allocated
;;= /$N1 done
;;= /$N2 import "A" "f" func
;;= /$N2 import "B" "f" func
;;= /$N2 allocated
;;= /$N2 start 0 entered
;;= /$N2 start 0 left
;;= /$N2 done
