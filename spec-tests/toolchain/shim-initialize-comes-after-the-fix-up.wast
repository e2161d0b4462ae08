;;! title = "The same code works in _initialize, which the fix-up module's start section calls once the shim is filled"
;;! rules = ["P2-WITC-02", "P2-WITC-03"]
;;! needs = ["component-model"]
(component $C
  (core module $Shim
    (type $f (func (result i32)))
    (table (export "table") 1 funcref)
    (func (export "f") (result i32) (call_indirect (type $f) (i32.const 0))))
  (core module $Main
    (import "host" "f" (func $f (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $init (global.set $seen (i32.add (global.get $seen) (call $f))))
    (func (export "_initialize") (call $init))
    (func (export "seen") (result i32) (global.get $seen)))
  (core module $Host (func (export "f") (result i32) (i32.const 42)))
  (core module $FixUp
    (import "" "table" (table 1 funcref))
    (import "" "f" (func $f (result i32)))
    (import "" "_initialize" (func $initialize))
    (elem (i32.const 0) func $f)
    (start $initialize))
  (core instance $shim (instantiate $Shim))
  (core instance $main (instantiate $Main (with "host" (instance $shim))))
  (core instance $host (instantiate $Host))
  (core instance $fixup (instantiate $FixUp (with "" (instance
    (export "table" (table $shim "table")) (export "f" (func $host "f"))
    (export "_initialize" (func $main "_initialize"))))))
  (func (export "seen") (result u32) (canon lift (core func $main "seen"))))
(assert_return (invoke $C "seen") (u32.const 42))
(assert_return (invoke $C "seen") (u32.const 42))
