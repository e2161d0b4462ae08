;;! title = "Where the fix-up calls cm32p2_initialize, a bare _initialize beside it is an export like any other"
;;! rules = ["P2-WITC-06"]
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
    (func (export "_initialize") (call $log (i32.const 1)))
    (func (export "cm32p2_initialize") (call $log (i32.const 2)))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (unreachable)))
  (core instance $main (instantiate $Main (with "log" (instance $log))))
  (core module $FixUp (import "" "cm32p2_initialize" (func $initialize)) (start $initialize))
  (core instance (instantiate $FixUp
    (with "" (instance (export "cm32p2_initialize" (func $main "cm32p2_initialize"))))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 2))
