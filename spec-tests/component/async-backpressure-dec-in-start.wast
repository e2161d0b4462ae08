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
