;;! title = "Lifting and lowering a function does not call it"
;;! rules = ["CM-ORD-10"]
;;! needs = ["component-model"]
(component $C
  (core module $M
    (func (export "trap") (unreachable))
    (func (export "f") (result i32) (i32.const 3)))
  (core instance $m (instantiate $M))
  (func $trap (canon lift (core func $m "trap")))
  (core func $lowered (canon lower (func $trap)))
  (export "trap" (func $trap))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
(assert_return (invoke "f") (u32.const 3))
(assert_trap (invoke "trap") "unreachable")
;;= /$C component begun
;;= /$C/$m allocated func 2
;;= /$C/$m done
;;= /$C component done
