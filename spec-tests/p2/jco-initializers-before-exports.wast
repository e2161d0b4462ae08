;;! title = "When an export can be called, all start functions of the component have run, in their order"
;;! rules = ["P2-JCO-01"]
;;! needs = ["component-model"]
(component $C
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (core module $First
    (import "" "log" (func $log (param i32)))
    (func $start (call $log (i32.const 1)))
    (start $start)
    (func (export "f") (call $log (i32.const 4))))
  (core instance $first (instantiate $First (with "" (instance $log))))
  (func (export "f") (canon lift (core func $first "f")))
  (core module $Second
    (import "" "log" (func $log (param i32)))
    (func $start (call $log (i32.const 2)))
    (start $start))
  (core instance (instantiate $Second (with "" (instance $log))))
  (core module $FixUp
    (import "" "log" (func $log (param i32)))
    (func $start (call $log (i32.const 3)))
    (start $start))
  (core instance (instantiate $FixUp (with "" (instance $log))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "f"))
(assert_return (invoke "value") (u32.const 1234))
