;;! title = "The first handle is 1"
;;! rules = ["CM-RES-01"]
(component
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "handle") (result i32) (call $new (i32.const 50))))
  (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
  (func (export "handle") (result u32) (canon lift (core func $m "handle"))))
(assert_return (invoke "handle") (u32.const 1))
