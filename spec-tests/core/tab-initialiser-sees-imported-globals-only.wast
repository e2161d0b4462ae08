;;! title = "A table's initialiser sees imported globals and none that the module defines"
;;! rules = ["CORE-TAB-03"]
;;! needs = ["function-references", "gc"]
(module $A
  (func $f (result i32) (i32.const 6))
  (global (export "g") funcref (ref.func $f)))
(register "A" $A)
(module $N
  (import "A" "g" (global $g funcref))
  (table 1 funcref (global.get $g))
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(assert_return (invoke $N "call") (i32.const 6))
(assert_invalid
  (module
    (global $g funcref (ref.null func))
    (table 1 funcref (global.get $g)))
  "unknown global")
;;= /$N import "A" "g" global
;;= /$N table 0 = func /$A#0
;;= /$N allocated func 1 table 1
;;= /$N done
