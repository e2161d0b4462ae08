;;! title = "A component can be run again on the same instance"
;;! rules = ["P2-RUN-05"]
;;! needs = ["wasip2"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! exit = 2
;;! times = 2
(component definition $Main
  (import "wasi:cli/exit@0.2.12" (instance $exit (export "exit-with-code" (func (param "status-code" u8)))))
  (core func $code (canon lower (func $exit "exit-with-code")))
  (core module $M
    (import "" "code" (func $code (param i32)))
    (global $n (mut i32) (i32.const 0))
    (func (export "run") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (if (i32.eq (global.get $n) (i32.const 2)) (then (call $code (i32.const 2)))) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance (export "code" (func $code))))))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
