;;! title = "A memory larger than the implementation can give fails the instantiation, and start does not run"
;;! rules = ["CORE-FAIL-01"]
;;! needs = ["memory64"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
;; A script has no assertion for this: the directive fails, and the expected outcome says so.
(module $N
  (import "Log" "log" (func $log (param i32)))
  (memory i64 0xffff_ffff_ffff)
  (func $start (call $log (i32.const 1)))
  (start $start))
(assert_return (invoke $Log "value") (i32.const 0))
;;= /$N import "Log" "log" func
;;= => exhausted memory
