;;! title = "A trap in the start function of a child's child fails the root"
;;! rules = ["CM-TRAP-01"]
;;! needs = ["component-model"]
(assert_trap
  (component
    (component $Child
      (component $Grandchild
        (core module $Bad (func $start (unreachable)) (start $start))
        (core instance (instantiate $Bad)))
      (instance (instantiate $Grandchild)))
    (instance (instantiate $Child)))
  "unreachable")
