;;! title = "A destructor that traps in mid-start locks the store at once, where the lock-down is the store's"
;;! rules = ["CM-TRAP-05"]
;;! needs = ["component-model"]
;;! readings = ["lock-store"]
(component $A
  (core module $M (func (export "f") (result i32) (i32.const 1)))
  (core instance $m (instantiate $M))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
(assert_trap
  (component
    (core module $Dtor (func (export "dtor") (param i32) (unreachable)))
    (core instance $dtor (instantiate $Dtor))
    (type $r (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (core func $new (canon resource.new $r))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func $start (call $drop (call $new (i32.const 5))))
      (start $start))
    (core instance $m (instantiate $M
      (with "" (instance (export "new" (func $new)) (export "drop" (func $drop)))))))
  "unreachable")
(assert_trap (invoke $A "f") "cannot enter component instance")
;;= /#0/$m import "" "new" func
;;= /#0/$m import "" "drop" func
;;= /#0/$m allocated func 1
;;= /#0/$m start 2 entered
;;= / rule CM-TRAP-05 reading "Store"
;;= /#0/$m trap unreachable in start
;;= => trap unreachable in start
