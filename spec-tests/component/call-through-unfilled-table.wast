;;! title = "A start function that calls through a table which a later instance fills traps"
;;! rules = ["CM-CALL-10"]
;;! needs = ["component-model"]
(assert_trap
  (component
    (core module $Shim
      (table (export "t") 1 funcref)
      (func (export "f") (call_indirect (i32.const 0))))
    (core instance $shim (instantiate $Shim))
    (core module $Main (import "shim" "f" (func $f)) (start $f))
    (core instance (instantiate $Main (with "shim" (instance $shim))))
    (core module $Fixup
      (import "shim" "t" (table 1 funcref))
      (func $f)
      (elem (i32.const 0) $f))
    (core instance (instantiate $Fixup (with "shim" (instance $shim)))))
  "uninitialized element")
;;= /#0 component begun
;;= /#0/core#1 import "shim" "f" func
;;= /#0/core#1 allocated
;;= /#0/core#1 start 0 entered
;;= /#0/core#1 trap uninitialized-element in start
;;= /#0 locked
;;= /#0 trap uninitialized-element in start
