;;! title = "A component-level start runs after the child before it and before the child behind it"
;;! rules = ["CM-START-01", "CM-ORD-03"]
;;! needs = ["component-model", "values"]
(component $C
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "eight")
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (i32.const 8))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (func $log (param "id" u32) (canon lift (core func $log "log")))
  (func $eight (canon lift (core func $log "eight")))
  (component $Child
    (import "log" (func $log (param "id" u32)))
    (core func $log (canon lower (func $log)))
    (core module $M
      (import "" "log" (func $log (param i32)))
      (func $start (call $log (i32.const 1)))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "log" (func $log)))))))
  (instance $before (instantiate $Child (with "log" (func $log))))
  (start $eight)
  (instance $after (instantiate $Child (with "log" (func $log))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 181))
