;;! title = "_start of a main module is called by nobody unless an adapter exports run for it"
;;! rules = ["P2-WITC-08"]
;;! needs = ["component-model"]
(component $C
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (core module $Main
    (import "log" "log" (func $log (param i32)))
    (func (export "_start") (call $log (i32.const 9)))
    (func (export "f") (call $log (i32.const 1))))
  (core instance $main (instantiate $Main (with "log" (instance $log))))
  (core module $FixUp)
  (core instance (instantiate $FixUp))
  (func (export "f") (canon lift (core func $main "f")))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 0))
(assert_return (invoke "f"))
(assert_return (invoke "value") (u32.const 1))
