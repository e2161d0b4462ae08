;;! title = "A run of another type is not the one of wasi:cli/run and is not called"
;;! rules = ["P2-RUN-08"]
;;! needs = ["wasip2"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! fails = "refused"
(component definition $Main
  (core module $M
    (func (export "run") (result i32) unreachable))
  (core instance $m (instantiate $M))
  (func $run (result u32) (canon lift (core func $m "run")))
  (component $Run (import "r" (func $r (result u32))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
