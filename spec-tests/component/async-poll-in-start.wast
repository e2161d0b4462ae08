;;! title = "waitable-set.poll in a core start function finds nothing and does not trap"
;;! rules = ["CM-ASYNC-07", "CM-ASYNC-09"]
;;! needs = ["component-model", "component-async"]
(component $C
  (core module $Memory (memory (export "m") 1))
  (core instance $memory (instantiate $Memory))
  (core func $new (canon waitable-set.new))
  (core func $poll (canon waitable-set.poll (memory (core memory $memory "m"))))
  (core module $M
    (import "" "new" (func $new (result i32)))
    (import "" "poll" (func $poll (param i32 i32) (result i32)))
    (global $event (mut i32) (i32.const -1))
    (func $start (global.set $event (call $poll (call $new) (i32.const 0))))
    (start $start)
    (func (export "event") (result i32) (global.get $event)))
  (core instance $m (instantiate $M
    (with "" (instance (export "new" (func $new)) (export "poll" (func $poll))))))
  (func (export "event") (result u32) (canon lift (core func $m "event"))))
(assert_return (invoke "event") (u32.const 0))
;;= /$C component begun
;;= /$C/$memory allocated memory 1
;;= /$C/$memory done
;;= /$C/$m import "" "new" func
;;= /$C/$m import "" "poll" func
;;= /$C/$m global 0 = i32:-1
;;= /$C/$m allocated func 2 global 1
;;= /$C/$m start 2 entered
;;= /$C/$m start 2 left
;;= /$C/$m done
;;= /$C component done
