;;! title = "A component with an async lowering without a memory is refused where async needs one"
;;! rules = ["CM-CANON-08"]
;;! needs = ["component-model", "component-async"]
;;! readings = ["async-memory"]
(component $Log
  (core module $M
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (global.set $value (i32.const 1)))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $m (instantiate $M))
  (func (export "log") async (canon lift (core func $m "log")))
  (func (export "value") (result u32) (canon lift (core func $m "value"))))
(register "log" $Log)
(assert_invalid
  (component
    (import "log" (instance $log (export "log" (func async))))
    (alias export $log "log" (func $log))
    (core func $log (canon lower (func $log) async))
    (core module $M
      (import "" "log" (func $log (result i32)))
      (func $start (drop (call $log)))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "log" (func $log)))))))
  "`memory` is required")
(assert_return (invoke $Log "value") (u32.const 0))
;;= /$Log component begun
;;= /$Log/$m global 0 = i32:0
;;= /$Log/$m allocated func 2 global 1
;;= /$Log/$m done
;;= /$Log component done
