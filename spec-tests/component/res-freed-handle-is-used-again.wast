;;! title = "The index of a handle that start dropped is the next one to be used"
;;! rules = ["CM-RES-01"]
;;! needs = ["component-model"]
(component $C
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (global $again (mut i32) (i32.const 0))
    (func $start
      (drop (call $new (i32.const 10)))
      (drop (call $new (i32.const 20)))
      (call $drop (i32.const 1))
      (global.set $again (call $new (i32.const 30))))
    (start $start)
    (func (export "again") (result i32) (global.get $again)))
  (core instance $m (instantiate $M
    (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "again") (result u32) (canon lift (core func $m "again"))))
(assert_return (invoke "again") (u32.const 1))
;;= /$C component begun
;;= /$C/$m import "" "new" func
;;= /$C/$m import "" "drop" func
;;= /$C/$m global 0 = i32:0
;;= /$C/$m allocated func 2 global 1
;;= /$C/$m start 2 entered
;;= /$C resource "$r" made rep 10 handle 1
;;= /$C resource "$r" made rep 20 handle 2
;;= /$C resource "$r" dropped rep 10 handle 1
;;= /$C resource "$r" made rep 30 handle 1
;;= /$C/$m start 2 left
;;= /$C/$m done
;;= /$C component done
