;;! title = "After an instantiation trapped no other root can be entered, where the lock-down is the store's"
;;! rules = ["CM-TRAP-05"]
;;! needs = ["component-model"]
;;! readings = ["lock-store"]
(component $A
  (core module $M (func (export "f") (result i32) (i32.const 1)))
  (core instance $m (instantiate $M))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
(assert_return (invoke $A "f") (u32.const 1))
(assert_trap
  (component
    (core module $Trap (func $start (unreachable)) (start $start))
    (core instance (instantiate $Trap)))
  "unreachable")
(assert_trap (invoke $A "f") "cannot enter component instance")
;;= /$A component begun
;;= /$A component done
;;= /#0 component begun
;;= / rule CM-TRAP-05 reading "Store"
;;= /#0 locked
;;= /#0 trap unreachable in start
