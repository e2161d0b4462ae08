;;! title = "A module with both entry points is initialised with the component, and started by run"
;;! rules = ["P2-WITC-09"]
;;! needs = ["wasip2"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! exit = 12
(component definition $Main
  (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit-with-code" (func (param "status-code" u8)))))
  (core func $code (canon lower (func $exit "exit-with-code")))
  (core module $M
    (import "" "code" (func $code (param i32)))
    (global $log (mut i32) (i32.const 0))
    (func $log (param i32)
      (global.set $log (i32.add (i32.mul (global.get $log) (i32.const 10)) (local.get 0))))
    (func (export "_initialize") (call $log (i32.const 1)))
    (func (export "_start") (call $log (i32.const 2)) (call $code (global.get $log))))
  (core instance $m (instantiate $M (with "" (instance (export "code" (func $code))))))
  (core module $Adapter
    (import "__main_module__" "_start" (func $start))
    (func (export "run") (result i32) (call $start) (i32.const 0)))
  (core instance $adapter (instantiate $Adapter (with "__main_module__" (instance $m))))
  (core module $FixUp (import "" "_initialize" (func $initialize)) (start $initialize))
  (core instance (instantiate $FixUp (with "" (instance (export "_initialize" (func $m "_initialize"))))))
  (func $run (result (result)) (canon lift (core func $adapter "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
