;;! title = "A component is run after all its start functions"
;;! rules = ["P2-RUN-01"]
;;! needs = ["wasip2"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! exit = 21
(component definition $Main
  (import "wasi:cli/exit@0.2.12" (instance $exit (export "exit-with-code" (func (param "status-code" u8)))))
  (core func $code (canon lower (func $exit "exit-with-code")))
  (core module $Log
    (import "" "code" (func $code (param i32)))
    (global $log (mut i32) (i32.const 0))
    (func (export "put") (param i32)
      (global.set $log (i32.add (i32.mul (global.get $log) (i32.const 2)) (local.get 0))))
    (func (export "end") (call $code (global.get $log))))
  (core instance $log (instantiate $Log (with "" (instance (export "code" (func $code))))))
  (core module $M
    (import "log" "put" (func $put (param i32)))
    (import "log" "end" (func $end))
    (func $s (call $put (i32.const 3)))
    (start $s)
    (func (export "run") (result i32) (call $put (i32.const 1)) (call $end) (i32.const 0)))
  (core instance $m (instantiate $M (with "log" (instance $log))))
  (core module $Late
    (import "log" "put" (func $put (param i32)))
    (func $s (call $put (i32.const 4)))
    (start $s))
  (core instance (instantiate $Late (with "log" (instance $log))))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
