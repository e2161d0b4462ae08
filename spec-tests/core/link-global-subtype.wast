;;! title = "An immutable global matches an import of a supertype, a mutable one does not"
;;! rules = ["CORE-LINK-07"]
;;! needs = ["function-references"]
;;! bugs = ["GLOBAL-SUBTYPE"]
(module $A
  (func $f)
  (global (export "const") (ref func) (ref.func $f))
  (global (export "var") (mut (ref func)) (ref.func $f)))
(register "A" $A)
(module $N
  (import "A" "const" (global $g funcref))
  (func (export "is_null") (result i32) (ref.is_null (global.get $g))))
(assert_return (invoke $N "is_null") (i32.const 0))
(assert_unlinkable (module (import "A" "var" (global (mut funcref)))) "incompatible import type")
;;= /$N import "A" "const" global
;;= /$N allocated func 1
;;= /$N done
;;= => unlinkable
