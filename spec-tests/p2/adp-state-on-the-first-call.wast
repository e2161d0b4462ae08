;;! title = "An adapter has no state until the first call of preview 1, and makes it once"
;;! rules = ["P2-ADP-01"]
;;! needs = ["component-model"]
(component $C
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (core module $Shim
    (type $f (func))
    (table (export "t") 1 1 funcref)
    (func (export "p1") (call_indirect (type $f) (i32.const 0))))
  (core instance $shim (instantiate $Shim))
  (core module $Main
    (import "log" "log" (func $log (param i32)))
    (import "shim" "p1" (func $p1))
    (func (export "cabi_realloc") (result i32) (call $log (i32.const 4)) (i32.const 1024))
    (func (export "_initialize") (call $log (i32.const 1)))
    (func (export "f") (call $p1)))
  (core instance $main (instantiate $Main (with "log" (instance $log)) (with "shim" (instance $shim))))
  (core module $Adapter
    (import "__main_module__" "cabi_realloc" (func $realloc (result i32)))
    (import "log" "log" (func $log (param i32)))
    (global $state (mut i32) (i32.const 0))
    (func $ptr (result i32)
      (if (i32.eqz (global.get $state)) (then (global.set $state (call $realloc))))
      (global.get $state))
    (func (export "p1") (drop (call $ptr)) (call $log (i32.const 5))))
  (core instance $adapter (instantiate $Adapter
    (with "__main_module__" (instance $main)) (with "log" (instance $log))))
  (core module $FixUp
    (import "" "t" (table 1 1 funcref))
    (import "" "p1" (func $p1))
    (import "main" "_initialize" (func $initialize))
    (elem (i32.const 0) func $p1)
    (start $initialize))
  (core instance (instantiate $FixUp
    (with "" (instance (export "t" (table $shim "t")) (export "p1" (func $adapter "p1"))))
    (with "main" (instance $main))))
  (func (export "f") (canon lift (core func $main "f")))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 1))
(assert_return (invoke "f"))
(assert_return (invoke "value") (u32.const 145))
(assert_return (invoke "f"))
(assert_return (invoke "value") (u32.const 1455))
