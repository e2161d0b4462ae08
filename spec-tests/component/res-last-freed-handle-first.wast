;;! title = "Of two handles that start dropped, the one dropped last is used again first"
;;! rules = ["CM-RES-01"]
;;! needs = ["component-model"]
(component $C
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (global $first (mut i32) (i32.const 0))
    (global $second (mut i32) (i32.const 0))
    (func $start
      (drop (call $new (i32.const 10)))
      (drop (call $new (i32.const 20)))
      (call $drop (i32.const 1))
      (call $drop (i32.const 2))
      (global.set $first (call $new (i32.const 30)))
      (global.set $second (call $new (i32.const 40))))
    (start $start)
    (func (export "first") (result i32) (global.get $first))
    (func (export "second") (result i32) (global.get $second)))
  (core instance $m (instantiate $M
    (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "first") (result u32) (canon lift (core func $m "first")))
  (func (export "second") (result u32) (canon lift (core func $m "second"))))
(assert_return (invoke "first") (u32.const 2))
(assert_return (invoke "second") (u32.const 1))
;;= /$C component begun
;;= /$C/$m import "" "new" func
;;= /$C/$m import "" "drop" func
;;= /$C/$m global 0 = i32:0
;;= /$C/$m global 1 = i32:0
;;= /$C/$m allocated func 3 global 2
;;= /$C/$m start 2 entered
;;= /$C resource "$r" made rep 10 handle 1
;;= /$C resource "$r" made rep 20 handle 2
;;= /$C resource "$r" dropped rep 10 handle 1
;;= /$C resource "$r" dropped rep 20 handle 2
;;= /$C resource "$r" made rep 30 handle 2
;;= /$C resource "$r" made rep 40 handle 1
;;= /$C/$m start 2 left
;;= /$C/$m done
;;= /$C component done
