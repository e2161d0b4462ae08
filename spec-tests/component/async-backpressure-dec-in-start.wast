;;! title = "backpressure.dec in a core start function traps where there is none to take back"
;;! rules = ["CM-ASYNC-12"]
;;! needs = ["component-model", "component-async"]
(assert_trap
  (component
    (core func $dec (canon backpressure.dec))
    (core module $M
      (import "" "dec" (func $dec))
      (func $start (call $dec))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "dec" (func $dec)))))))
  "backpressure counter overflow")
;;= /#0 component begun
;;= /#0/core#1 import "" "dec" func
;;= /#0/core#1 allocated func 1
;;= /#0/core#1 start 1 entered
;;= /#0/core#1 trap canonical-abi in start
;;= /#0 locked
;;= /#0 trap canonical-abi in start
