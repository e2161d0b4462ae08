;;! title = "A trap in the start function of a child's child fails the root"
;;! rules = ["CM-TRAP-01"]
;;! needs = ["component-model"]
(assert_trap
  (component
    (component $Child
      (component $Grandchild
        (core module $Bad (func $start (unreachable)) (start $start))
        (core instance $bad (instantiate $Bad)))
      (instance $grandchild (instantiate $Grandchild)))
    (instance $child (instantiate $Child)))
  "unreachable")
;;= /#0 component begun
;;= /#0/$child component begun
;;= /#0/$child/$grandchild component begun
;;= /#0/$child/$grandchild/$bad allocated func 1
;;= /#0/$child/$grandchild/$bad start 0 entered
;;= /#0/$child/$grandchild/$bad trap unreachable in start
;;= /#0/$child/$grandchild locked
;;= /#0/$child/$grandchild trap unreachable in start
;;= /#0/$child locked
;;= /#0/$child trap unreachable in start
;;= /#0 locked
;;= /#0 trap unreachable in start
