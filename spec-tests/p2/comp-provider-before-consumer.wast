;;! title = "In a composition a provider has started before the consumer that it is given to"
;;! rules = ["P2-COMP-01"]
;;! needs = ["component-model"]
(component $C
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (func $log (param "x" u32) (canon lift (core func $log "log")))
  (component $Provider
    (import "log" (func $log (param "x" u32)))
    (core func $log (canon lower (func $log)))
    (core module $M
      (import "" "log" (func $log (param i32)))
      (func $start (call $log (i32.const 1)))
      (start $start)
      (func (export "f") (result i32) (i32.const 2)))
    (core instance $m (instantiate $M (with "" (instance (export "log" (func $log))))))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (component $Consumer
    (import "f" (func $f (result u32)))
    (import "log" (func $log (param "x" u32)))
    (core func $f (canon lower (func $f)))
    (core func $log (canon lower (func $log)))
    (core module $M
      (import "" "f" (func $f (result i32)))
      (import "" "log" (func $log (param i32)))
      (func $start (call $log (call $f)))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "f" (func $f)) (export "log" (func $log)))))))
  (instance $provider (instantiate $Provider (with "log" (func $log))))
  (instance (instantiate $Consumer (with "f" (func $provider "f")) (with "log" (func $log))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 12))
