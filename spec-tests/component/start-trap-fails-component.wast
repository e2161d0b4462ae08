;;! title = "A trap in a component-level start fails the instantiation"
;;! rules = ["CM-START-09"]
;;! needs = ["component-model", "values"]
(assert_trap
  (component
    (core module $M (func (export "f") (unreachable)))
    (core instance $m (instantiate $M))
    (func $f (canon lift (core func $m "f")))
    (start $f))
  "unreachable")
;;= /#0 component begun
;;= /#0/$m allocated func 1
;;= /#0/$m done
;;= /#0 component start 0 ()
;;= /#0 locked
;;= /#0 trap unreachable in start
