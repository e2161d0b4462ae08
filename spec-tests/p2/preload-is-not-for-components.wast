;;! title = "A preloaded module is no import of a component"
;;! rules = ["P2-RUN-10"]
;;! needs = ["wasip2"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! fails = "refused"
(module definition $Lib (func (export "f")))
(component definition $Main
  (import "lib" (instance $lib (export "f" (func))))
  (core func $f (canon lower (func $lib "f")))
  (core module $M (import "" "f" (func $f)) (start $f) (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
