;;! title = "A trap in the start function of any core instance fails the component"
;;! rules = ["CM-TRAP-01"]
;;! needs = ["component-model"]
(assert_trap
  (component
    (core module $Good)
    (core instance (instantiate $Good))
    (core module $Bad (func $start (unreachable)) (start $start))
    (core instance (instantiate $Bad)))
  "unreachable")
