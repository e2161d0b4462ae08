;;! title = "Instances of a chain start one after the other, each before the next is allocated"
;;! rules = ["CORE-START-04", "CORE-GEN-02"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (memory (export "m") 1)
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(module $B
  (import "Log" "log" (func $log (param i32)))
  (import "Log" "m" (memory 1))
  (data (i32.const 0) "\01")
  (func $start (call $log (i32.load8_u (i32.const 0))))
  (start $start)
  (func (export "f")))
(register "B" $B)
(module $C
  (import "Log" "log" (func $log (param i32)))
  (import "Log" "m" (memory 1))
  (import "B" "f" (func $f))
  (data (i32.const 0) "\02")
  (func $start (call $f) (call $log (i32.load8_u (i32.const 0))))
  (start $start))
(assert_return (invoke $Log "value") (i32.const 12))
