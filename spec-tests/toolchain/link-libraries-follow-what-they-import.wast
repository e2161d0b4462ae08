;;! title = "A library that is linked into a component starts behind those whose exports it imports"
;;! rules = ["P2-LINK-01"]
;;! needs = ["component-model"]
(component $C
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  ;; The environment comes first, and has no state but what libraries share.
  (core module $Env
    (import "" "log" (func $log (param i32)))
    (memory (export "memory") 1)
    (func $start (call $log (i32.const 1)))
    (start $start))
  (core instance $env (instantiate $Env (with "" (instance $log))))
  (core module $Foo
    (import "env" "memory" (memory 1))
    (import "" "log" (func $log (param i32)))
    (func $start (call $log (i32.const 2)))
    (start $start)
    (func (export "foo") (param i32) (call $log (local.get 0))))
  (core instance $foo (instantiate $Foo (with "env" (instance $env)) (with "" (instance $log))))
  (core module $Bar
    (import "env" "memory" (memory 1))
    (import "foo" "foo" (func $foo (param i32)))
    (func $start (call $foo (i32.const 3)))
    (start $start))
  (core instance (instantiate $Bar (with "env" (instance $env)) (with "foo" (instance $foo))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 123))
