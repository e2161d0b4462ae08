;;! title = "An argument that the child does not import is ignored"
;;! rules = ["CM-INST-07"]
;;! needs = ["component-model"]
(component $C
  (component $Child
    (core module $M (func (export "f") (result i32) (i32.const 2)))
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (core module $M (func (export "g")))
  (core instance $m (instantiate $M))
  (func $g (canon lift (core func $m "g")))
  (instance $child (instantiate $Child (with "unknown" (func $g))))
  (export "f" (func $child "f")))
(assert_return (invoke "f") (u32.const 2))
;;= /$C component begun
;;= /$C/$m allocated func 1
;;= /$C/$m done
;;= /$C/$child component begun
;;= /$C/$child/$m allocated func 1
;;= /$C/$child/$m done
;;= /$C/$child component done
;;= /$C component done
