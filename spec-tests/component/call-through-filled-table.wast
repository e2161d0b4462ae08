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
;;= /#0/core#1 import "shim" "t" table
;;= /#0/core#1 elem 0 = [func /#0/core#1#0]
;;= /#0/core#1 allocated func 1
;;= /#0/core#1 elem 0 offset = i32:0
;;= /#0/core#1 elem 0 -> table 0 at 0 len 1
;;= /#0/core#1 elem 0 dropped
;;= /#0/core#1 done
;;= /#0/$main import "shim" "f" func
;;= /#0/$main global 0 = i32:0
;;= /#0/$main allocated func 2 global 1
;;= /#0/$main start 1 entered
;;= /#0/$main start 1 left
;;= /#0/$main done
