;;! title = "In which order the constructors of a library and of one that it needs run is recorded"
;;! rules = ["TOOL-DYL-02"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(module $Needed
  (import "Log" "log" (func $log (param i32)))
  (func (export "__wasm_call_ctors") (call $log (i32.const 1)))
  (func (export "f")))
(register "needed" $Needed)
(invoke $Needed "__wasm_call_ctors")
(module $Lib
  (import "Log" "log" (func $log (param i32)))
  (import "needed" "f" (func $f))
  (func (export "__wasm_call_ctors") (call $f) (call $log (i32.const 2))))
(invoke $Lib "__wasm_call_ctors")
(assert_return (invoke $Log "value") (i32.const 12))
