;;! title = "A module or a component that is defined and not instantiated does nothing"
;;! rules = ["CM-ORD-08"]
;;! needs = ["component-model"]
(component $C
  (core module $Trap (func $start (unreachable)) (start $start))
  (component $Never
    (core module $Trap (func $start (unreachable)) (start $start))
    (core instance (instantiate $Trap)))
  (core module $M (func (export "f") (result i32) (i32.const 1)))
  (core instance $m (instantiate $M))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
(assert_return (invoke "f") (u32.const 1))
;;= /$C component begun
;;= /$C/$m allocated func 1
;;= /$C/$m done
;;= /$C component done
