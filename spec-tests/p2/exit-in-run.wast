;;! title = "exit in run ends the program, and nothing of it runs any more"
;;! rules = ["P2-EXIT-01"]
;;! needs = ["wasip2"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! exit = 7
(component definition $Main
  (import "wasi:cli/exit@0.2.12" (instance $exit (export "exit-with-code" (func (param "status-code" u8)))))
  (core func $code (canon lower (func $exit "exit-with-code")))
  (core module $M
    (import "" "code" (func $code (param i32)))
    (func (export "run") (result i32) (call $code (i32.const 7)) unreachable))
  (core instance $m (instantiate $M (with "" (instance (export "code" (func $code))))))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
