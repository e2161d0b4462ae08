;;! title = "Dropping an owned handle in a start function runs the destructor at once"
;;! rules = ["CM-RES-04", "CM-RES-05"]
;;! needs = ["component-model"]
(component $C
  (core module $Dtor
    (global $sum (export "sum") (mut i32) (i32.const 0))
    (func (export "dtor") (param i32) (global.set $sum (i32.add (global.get $sum) (local.get 0)))))
  (core instance $dtor (instantiate $Dtor))
  (type $r (resource (rep i32) (dtor (core func $dtor "dtor"))))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "dtor" "sum" (global $sum (mut i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $start
      (call $drop (call $new (i32.const 42)))
      (global.set $seen (global.get $sum)))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $m (instantiate $M
    (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))
    (with "dtor" (instance $dtor))))
  (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
(assert_return (invoke "seen") (u32.const 42))
;;= /$C component begun
;;= /$C/$m import "" "new" func
;;= /$C/$m import "" "drop" func
;;= /$C/$m import "dtor" "sum" global
;;= /$C/$m global 1 = i32:0
;;= /$C/$m allocated func 2 global 1
;;= /$C/$m start 2 entered
;;= /$C resource "$r" made rep 42 handle 1
;;= /$C resource "$r" dropped rep 42 handle 1
;;= /$C/$m start 2 left
;;= /$C/$m done
;;= /$C component done
