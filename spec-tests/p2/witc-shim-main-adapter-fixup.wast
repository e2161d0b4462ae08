;;! title = "The core start sections of main module, adapter and fix-up run in this order, the fix-up's last"
;;! rules = ["P2-WITC-01"]
;;! needs = ["component-model"]
(component $C
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (core module $Shim
    (type $log (func (param i32)))
    (table (export "t") 1 1 funcref)
    (func (export "log") (param i32) (call_indirect (type $log) (local.get 0) (i32.const 0))))
  (core instance $shim (instantiate $Shim))
  (core module $Main
    (import "log" "log" (func $log (param i32)))
    (import "shim" "log" (func $shimmed (param i32)))
    (func $start (call $log (i32.const 1)))
    (start $start)
    (func (export "_initialize") (call $shimmed (i32.const 3))))
  (core instance $main (instantiate $Main (with "log" (instance $log)) (with "shim" (instance $shim))))
  (core module $Adapter
    (import "log" "log" (func $log (param i32)))
    (func $start (call $log (i32.const 2)))
    (start $start))
  (core instance $adapter (instantiate $Adapter (with "log" (instance $log))))
  (core module $FixUp
    (import "" "t" (table 1 1 funcref))
    (import "" "log" (func $log (param i32)))
    (import "" "_initialize" (func $initialize))
    (elem (i32.const 0) func $log)
    (start $initialize))
  (core instance $fixup (instantiate $FixUp (with "" (instance
    (export "t" (table $shim "t")) (export "log" (func $log "log"))
    (export "_initialize" (func $main "_initialize"))))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 123))
