;;! title = "A start function may have a declared type that expands to no parameters and no results"
;;! rules = ["CORE-START-02"]
;;! needs = ["gc"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(module $N
  (rec (type $base (sub (func))) (type $derived (sub final $base (func))))
  (import "Log" "log" (func $log (param i32)))
  (func $start (type $derived) (call $log (i32.const 1)))
  (start $start))
(assert_return (invoke $Log "value") (i32.const 1))
;;= /$N import "Log" "log" func
;;= /$N allocated func 1
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
