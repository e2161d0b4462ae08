;;! title = "A trap in _initialize fails the component, and nothing that follows in it is instantiated"
;;! rules = ["P2-WITC-11"]
;;! needs = ["component-model"]
(component $Log
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (func (export "log") (param "x" u32) (canon lift (core func $log "log")))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(register "log" $Log)
(assert_trap
  (component
    (import "log" (instance $log (export "log" (func (param "x" u32)))))
    (core func $log (canon lower (func $log "log")))
    (core module $Main
      (import "" "log" (func $log (param i32)))
      (func (export "_initialize") (call $log (i32.const 1)) (unreachable)))
    (core instance $main (instantiate $Main (with "" (instance (export "log" (func $log))))))
    (core module $FixUp (import "" "_initialize" (func $initialize)) (start $initialize))
    (core instance (instantiate $FixUp (with "" (instance (export "_initialize" (func $main "_initialize"))))))
    (core module $Late
      (import "" "log" (func $log (param i32)))
      (func $start (call $log (i32.const 2)))
      (start $start))
    (core instance (instantiate $Late (with "" (instance (export "log" (func $log)))))))
  "unreachable")
(assert_return (invoke $Log "value") (u32.const 1))
