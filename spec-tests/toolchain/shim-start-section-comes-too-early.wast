;;! title = "A start section that calls an import through the shim traps, since the fix-up module has not run"
;;! rules = ["P2-WITC-04"]
;;! needs = ["component-model"]
(assert_trap
  (component
    (core module $Shim
      (type $f (func (result i32)))
      (table (export "table") 1 funcref)
      (func (export "f") (result i32) (call_indirect (type $f) (i32.const 0))))
    (core module $Main
      (import "host" "f" (func $f (result i32)))
      (global $seen (mut i32) (i32.const 0))
      (func $init (global.set $seen (call $f)))
      (start $init)
      (func (export "seen") (result i32) (global.get $seen)))
    (core module $Host (func (export "f") (result i32) (i32.const 42)))
    (core module $FixUp
      (import "" "table" (table 1 funcref))
      (import "" "f" (func $f (result i32)))
      (elem (i32.const 0) func $f))
    (core instance $shim (instantiate $Shim))
    (core instance $main (instantiate $Main (with "host" (instance $shim))))
    (core instance $host (instantiate $Host))
    (core instance $fixup (instantiate $FixUp (with "" (instance
      (export "table" (table $shim "table")) (export "f" (func $host "f"))))))
    (func (export "seen") (result u32) (canon lift (core func $main "seen"))))
  "uninitialized element")
