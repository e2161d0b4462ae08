;;! title = "A component with two start definitions is refused, and nothing of it runs, where only one is allowed"
;;! rules = ["CM-START-02"]
;;! needs = ["component-model", "values"]
;;! readings = ["one-start"]
(component $Log
  (core module $M
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (global.set $value (i32.const 1)))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $m (instantiate $M))
  (func (export "log") (canon lift (core func $m "log")))
  (func (export "value") (result u32) (canon lift (core func $m "value"))))
(register "log" $Log)
(assert_invalid
  (component
    (import "log" (instance $log (export "log" (func))))
    (alias export $log "log" (func $f))
    (start $f)
    (start $f))
  "cannot have more than one start function")
(assert_return (invoke $Log "value") (u32.const 0))
