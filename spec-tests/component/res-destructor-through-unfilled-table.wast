;;! title = "A destructor behind a table that is not filled yet traps when start drops its resource"
;;! rules = ["CM-RES-05"]
;;! needs = ["component-model"]
(assert_trap
  (component
    (core module $Shim
      (table (export "t") 1 funcref)
      (func (export "dtor") (param i32)
        (call_indirect (param i32) (local.get 0) (i32.const 0))))
    (core instance $shim (instantiate $Shim))
    (type $r (resource (rep i32) (dtor (core func $shim "dtor"))))
    (core func $new (canon resource.new $r))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func $start (call $drop (call $new (i32.const 1))))
      (start $start))
    (core instance (instantiate $M
      (with "" (instance (export "new" (func $new)) (export "drop" (func $drop)))))))
  "uninitialized element")
;;= /#0 component begun
;;= /#0 resource "$r" made rep 1 handle 1
;;= /#0 resource "$r" dropped rep 1 handle 1
;;= /#0 locked
;;= /#0 trap uninitialized-element in start
