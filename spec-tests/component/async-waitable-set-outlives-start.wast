;;! title = "A waitable set that a core start function made is used by later calls"
;;! rules = ["CM-ASYNC-09"]
;;! needs = ["component-model", "component-async"]
(component $C
  (core func $new (canon waitable-set.new))
  (core func $drop (canon waitable-set.drop))
  (core module $M
    (import "" "new" (func $new (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (global $set (mut i32) (i32.const 0))
    (func $start (global.set $set (call $new)))
    (start $start)
    (func (export "drop") (call $drop (global.get $set))))
  (core instance $m (instantiate $M
    (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "drop") (canon lift (core func $m "drop"))))
(assert_return (invoke "drop"))
;;= /$C component begun
;;= /$C/$m import "" "new" func
;;= /$C/$m import "" "drop" func
;;= /$C/$m global 0 = i32:0
;;= /$C/$m allocated func 2 global 1
;;= /$C/$m start 2 entered
;;= /$C/$m start 2 left
;;= /$C/$m done
;;= /$C component done
