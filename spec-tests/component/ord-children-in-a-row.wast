;;! title = "Two children that are defined in a row come up one after the other"
;;! rules = ["CM-ORD-03", "CM-ORD-01"]
;;! needs = ["component-model"]
(component $C
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (func $log (param "id" u32) (canon lift (core func $log "log")))
  (component $One
    (import "log" (func $log (param "id" u32)))
    (core func $log (canon lower (func $log)))
    (core module $M
      (import "" "log" (func $log (param i32)))
      (func $start (call $log (i32.const 1)))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "log" (func $log)))))))
  (component $Two
    (import "log" (func $log (param "id" u32)))
    (core func $log (canon lower (func $log)))
    (core module $M
      (import "" "log" (func $log (param i32)))
      (func $start (call $log (i32.const 2)))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "log" (func $log)))))))
  (instance $one (instantiate $One (with "log" (func $log))))
  (instance $two (instantiate $Two (with "log" (func $log))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 12))
