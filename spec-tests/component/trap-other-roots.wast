;;! title = "Whether another root instance is usable after an instantiation trapped is recorded"
;;! rules = ["CM-TRAP-05"]
;;! needs = ["component-model"]
;;! bugs = ["TRAP-LOCKS-INSTANCE"]
(component $A
  (core module $M (func (export "f") (result i32) (i32.const 1)))
  (core instance $m (instantiate $M))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
(assert_trap
  (component
    (core module $Trap (func $start (unreachable)) (start $start))
    (core instance (instantiate $Trap)))
  "unreachable")
(assert_return (invoke $A "f") (u32.const 1))
;;= /$A component begun
;;= /$A component done
;;= /#0 component begun
;;= /#0 locked
;;= /#0 trap unreachable in start
