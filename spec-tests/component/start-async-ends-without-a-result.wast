;;! title = "A component-level start of the asynchronous ABI that ends and has not returned traps"
;;! rules = ["CM-START-08", "CM-START-09"]
;;! needs = ["component-model", "values", "component-async"]
(assert_trap
  (component
    (core module $M
      (func (export "start") (result i32) (i32.const 0))
      (func (export "cb") (param i32 i32 i32) (result i32) (unreachable)))
    (core instance $m (instantiate $M))
    (func $start async (canon lift (core func $m "start") async (callback (core func $m "cb"))))
    (start $start))
  ;; No text is known for this trap: it is told by its class, which this one has too.
  "unsupported callback code")
