;;! title = "An exception that leaves a core start function ends the instantiation as an exception, where it is no trap"
;;! rules = ["CM-EXN-01"]
;;! needs = ["component-model", "exception-handling"]
;;! readings = ["exception-passes"]
(assert_exception
  (component
    (core module $M (tag $x) (func $start (throw $x)) (start $start))
    (core instance (instantiate $M))))
;;= /#0 component begun
;;= /#0/core#0 allocated func 1 tag 1
;;= /#0/core#0 start 0 entered
;;= /#0/core#0 throw () in start
;;= /#0 rule CM-EXN-01 reading "Passes"
;;= /#0 locked
;;= /#0 throw () in start
