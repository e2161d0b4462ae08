;;! title = "A start function that calls through a table which an earlier instance filled does not trap"
;;! rules = ["CM-CALL-10", "CM-INST-04"]
;;! needs = ["component-model"]
;;! bugs = ["TRAMPOLINE-BEFORE-INIT"]
(component
  (core module $Shim
    (table (export "t") 1 funcref)
    (func (export "f") (result i32) (call_indirect (result i32) (i32.const 0))))
  (core instance $shim (instantiate $Shim))
  (core module $Fixup
    (import "shim" "t" (table 1 funcref))
    (func $f (result i32) (i32.const 31))
    (elem (i32.const 0) $f))
  (core instance (instantiate $Fixup (with "shim" (instance $shim))))
  (core module $Main
    (import "shim" "f" (func $f (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $start (global.set $seen (call $f)))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $main (instantiate $Main (with "shim" (instance $shim))))
  (func (export "seen") (result u32) (canon lift (core func $main "seen"))))
(assert_return (invoke "seen") (u32.const 31))
