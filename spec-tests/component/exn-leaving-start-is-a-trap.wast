;;! title = "An exception that leaves a core start function is a trap of the component"
;;! rules = ["CM-EXN-01"]
;;! needs = ["component-model", "exception-handling"]
(assert_trap
  (component
    (core module $M (tag $x) (func $start (throw $x)) (start $start))
    (core instance (instantiate $M)))
  "uncaught exception")
