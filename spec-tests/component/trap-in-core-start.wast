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
;;= /#0 component begun
;;= /#0/core#0 allocated
;;= /#0/core#0 done
;;= /#0/core#1 allocated func 1
;;= /#0/core#1 start 0 entered
;;= /#0/core#1 trap unreachable in start
;;= /#0 locked
;;= /#0 trap unreachable in start
