;;! title = "Of an adapter only the start section runs, and not its _initialize"
;;! rules = ["P2-WITC-07"]
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
    (func (export "_initialize") (call $log (i32.const 3))))
  (core instance $main (instantiate $Main (with "log" (instance $log))))
  (core module $Adapter
    (import "log" "log" (func $log (param i32)))
    (func $start (call $log (i32.const 1)))
    (start $start)
    (func (export "_initialize") (call $log (i32.const 9))))
  (core instance $adapter (instantiate $Adapter (with "log" (instance $log))))
  (core module $FixUp (import "" "_initialize" (func $initialize)) (start $initialize))
  (core instance (instantiate $FixUp (with "" (instance (export "_initialize" (func $main "_initialize"))))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 13))
