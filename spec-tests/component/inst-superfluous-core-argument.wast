;;! title = "An argument that a core module does not import is ignored"
;;! rules = ["CM-INST-07"]
;;! needs = ["component-model"]
(component $C
  (core module $A (func (export "g")))
  (core instance $a (instantiate $A))
  (core module $B (func (export "f") (result i32) (i32.const 3)))
  (core instance $b (instantiate $B (with "unknown" (instance $a))))
  (func (export "f") (result u32) (canon lift (core func $b "f"))))
(assert_return (invoke "f") (u32.const 3))
;;= /$C component begun
;;= /$C/$a allocated func 1
;;= /$C/$a done
;;= /$C/$b allocated func 1
;;= /$C/$b done
;;= /$C component done
