;;! title = "When a data segment traps, the start function does not run"
;;! rules = ["CORE-START-04", "CORE-DATA-03"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(assert_trap
  (module
    (import "Log" "log" (func $log (param i32)))
    (memory 1)
    (data (i32.const 65536) "\08")
    (func $start (call $log (i32.const 1)))
    (start $start))
  "out of bounds memory access")
(assert_return (invoke $Log "value") (i32.const 0))
;;= /#0 import "Log" "log" func
;;= /#0 allocated func 1 memory 1
;;= /#0 data 0 offset = i32:65536
;;= /#0 trap out-of-bounds-memory in initialise
