;;! title = "After a link failure the start function has not run"
;;! rules = ["CORE-LINK-04"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(assert_unlinkable
  (module
    (import "Log" "log" (func $log (param i32)))
    (import "Log" "none" (global i32))
    (func $start (call $log (i32.const 1)))
    (start $start))
  "unknown import")
(assert_return (invoke $Log "value") (i32.const 0))
;;= => unlinkable
