;;! title = "thread.suspend in a core start function traps when no other thread is ready"
;;! rules = ["CM-THR-02"]
;;! needs = ["component-model", "component-async"]
(assert_trap
  (component
    (core func $suspend (canon thread.suspend))
    (core module $M
      (import "" "suspend" (func $suspend (result i32)))
      (func $start (drop (call $suspend)))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "suspend" (func $suspend)))))))
  "cannot block a synchronous task before returning")
