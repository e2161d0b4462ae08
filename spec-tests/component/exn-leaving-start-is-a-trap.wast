;;! title = "An exception that leaves a core start function is a trap of the component"
;;! rules = ["CM-EXN-01"]
;;! needs = ["component-model", "exception-handling"]
(assert_trap
  (component
    (core module $M (tag $x) (func $start (throw $x)) (start $start))
    (core instance (instantiate $M)))
  "uncaught exception")
;;= /#0 component begun
;;= /#0/core#0 allocated func 1 tag 1
;;= /#0/core#0 start 0 entered
;;= /#0/core#0 throw () in start
;;= /#0 rule CM-EXN-01 reading "Trap"
;;= /#0 locked
;;= /#0 trap canonical-abi in start
