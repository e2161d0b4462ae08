;;! title = "A function matches an import of a supertype of its type, and not of a subtype"
;;! rules = ["CORE-LINK-02"]
;;! needs = ["gc"]
(module $A
  (type $base (sub (func (result i32))))
  (type $derived (sub $base (func (result i32))))
  (func (export "derived") (type $derived) (i32.const 3))
  (func (export "base") (type $base) (i32.const 4)))
(register "A" $A)
(module $N
  (type $base (sub (func (result i32))))
  (import "A" "derived" (func $f (type $base)))
  (func (export "call") (result i32) (call $f)))
(assert_return (invoke $N "call") (i32.const 3))
(assert_unlinkable
  (module
    (type $base (sub (func (result i32))))
    (type $derived (sub $base (func (result i32))))
    (import "A" "base" (func (type $derived))))
  "incompatible import type")
;;= /$N import "A" "derived" func
;;= /$N allocated func 1
;;= /$N done
;;= => unlinkable
