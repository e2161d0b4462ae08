;;! title = "The hooks of a task stand around _initialize in the fix-up's start function, behind what sets up the ABI"
;;! rules = ["P2-WITC-10"]
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
    (func (export "set_up") (call $log (i32.const 1)))
    (func (export "__wasm_task_hook") (param i32) (call $log (local.get 0)))
    (func (export "_initialize") (call $log (i32.const 2))))
  (core instance $main (instantiate $Main (with "log" (instance $log))))
  (core module $FixUp
    (import "" "set_up" (func $set_up))
    (import "" "__wasm_task_hook" (func $hook (param i32)))
    (import "" "_initialize" (func $initialize))
    (func $start
      (call $set_up)
      (call $hook (i32.const 6))
      (call $initialize)
      (call $hook (i32.const 7)))
    (start $start))
  (core instance (instantiate $FixUp (with "" (instance $main))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 1627))
