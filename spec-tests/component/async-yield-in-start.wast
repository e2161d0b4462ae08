;;! title = "thread.yield in a core start function does nothing when nothing else is ready"
;;! rules = ["CM-ASYNC-06"]
;;! needs = ["component-model", "component-async"]
(component $C
  (core func $yield (canon thread.yield))
  (core module $M
    (import "" "yield" (func $yield (result i32)))
    (global $seen (mut i32) (i32.const -1))
    (func $start (global.set $seen (call $yield)))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $m (instantiate $M (with "" (instance (export "yield" (func $yield))))))
  (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
(assert_return (invoke "seen") (u32.const 0))
;;= /$C component begun
;;= /$C/$m import "" "yield" func
;;= /$C/$m global 0 = i32:-1
;;= /$C/$m allocated func 2 global 1
;;= /$C/$m start 1 entered
;;= /$C thread 1 blocked
;;= /$C thread 1 resumed
;;= /$C/$m start 1 left
;;= /$C/$m done
;;= /$C component done
