;;! title = "An export that stands before a trapping definition is not to be had"
;;! rules = ["CM-ORD-12", "CM-TRAP-01"]
;;! needs = ["component-model"]
(component $Old
  (core module $M (func (export "f") (result i32) (i32.const 1)))
  (core instance $m (instantiate $M))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
(register "name" $Old)
(assert_trap
  (component
    (core module $M (func (export "f") (result i32) (i32.const 2)))
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f")))
    (core module $Trap (func $start (unreachable)) (start $start))
    (core instance (instantiate $Trap)))
  "unreachable")
;;= /#0 component begun
;;= /#0/$m allocated func 1
;;= /#0/$m done
;;= /#0/core#1 allocated func 1
;;= /#0/core#1 start 0 entered
;;= /#0/core#1 trap unreachable in start
;;= /#0 locked
;;= /#0 trap unreachable in start
