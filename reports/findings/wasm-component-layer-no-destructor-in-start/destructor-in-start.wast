;;! title = "What a start function drops is destroyed"
;;! rules = ["CM-RES-04"]
(component
  (core module $Dtor
    (global $sum (export "sum") (mut i32) (i32.const 0))
    (func (export "dtor") (param i32) (global.set $sum (local.get 0))))
  (core instance $dtor (instantiate $Dtor))
  (type $r (resource (rep i32) (dtor (core func $dtor "dtor"))))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "dtor" "sum" (global $sum (mut i32)))
    (func $make (call $drop (call $new (i32.const 42))))
    (start $make)
    (func (export "seen") (result i32) (global.get $sum)))
  (core instance $m (instantiate $M
    (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))
    (with "dtor" (instance $dtor))))
  (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
(assert_return (invoke "seen") (u32.const 42))
