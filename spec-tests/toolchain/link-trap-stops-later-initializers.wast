;;! title = "Where the initialiser of a linked library traps, those behind it do not run, and the component is dead"
;;! rules = ["P2-LINK-08"]
;;! needs = ["component-model"]
(component $Log
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (func (export "log") (param "x" u32) (canon lift (core func $log "log")))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(register "log" $Log)
(assert_trap
  (component
    (import "log" (instance $log (export "log" (func (param "x" u32)))))
    (core func $log (canon lower (func $log "log")))
    (core module $Foo
      (import "" "log" (func $log (param i32)))
      (func (export "_initialize") (call $log (i32.const 1)) (unreachable)))
    (core instance $foo (instantiate $Foo (with "" (instance (export "log" (func $log))))))
    (core module $Bar
      (import "" "log" (func $log (param i32)))
      (func (export "_initialize") (call $log (i32.const 2))))
    (core instance $bar (instantiate $Bar (with "" (instance (export "log" (func $log))))))
    (core module $Init
      (import "foo" "_initialize" (func $foo))
      (import "bar" "_initialize" (func $bar))
      (func $start (call $foo) (call $bar))
      (start $start))
    (core instance (instantiate $Init (with "foo" (instance $foo)) (with "bar" (instance $bar)))))
  "unreachable")
(assert_return (invoke $Log "value") (u32.const 1))
