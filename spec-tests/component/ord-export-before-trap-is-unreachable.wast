;;! title = "An export that stands before a trapping definition is not to be had: its name means what it meant before"
;;! rules = ["CM-ORD-12", "CM-TRAP-01"]
;;! needs = ["component-model"]
(component $Old
  (core module $M (func (export "f") (result i32) (i32.const 1)))
  (core instance $m (instantiate $M))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
(assert_trap
  (component
    (core module $M (func (export "f") (result i32) (i32.const 2)))
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f")))
    (core module $Trap (func $start (unreachable)) (start $start))
    (core instance (instantiate $Trap)))
  "unreachable")
;; The failed instance is not the current one: "f" is still the old one's.
(assert_return (invoke "f") (u32.const 1))
;;= /#0 component begun
;;= /#0/$m allocated func 1
;;= /#0/$m done
;;= /#0/core#1 allocated func 1
;;= /#0/core#1 start 0 entered
;;= /#0/core#1 trap unreachable in start
;;= /#0 locked
;;= /#0 trap unreachable in start
