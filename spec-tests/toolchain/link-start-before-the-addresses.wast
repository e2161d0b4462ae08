;;! title = "A linked library's own start section runs before the addresses of others are there"
;;! rules = ["P2-LINK-05"]
;;! needs = ["component-model"]
(component $C
  (core module $Env
    (memory (export "memory") 1)
    (global (export "foo.x") (mut i32) (i32.const 0)))
  (core instance $env (instantiate $Env))
  (core module $Lib
    (import "env" "foo.x" (global $x (mut i32)))
    (global $in_start (mut i32) (i32.const -1))
    (global $in_initialize (mut i32) (i32.const -1))
    (func $start (global.set $in_start (global.get $x)))
    (start $start)
    (func (export "_initialize") (global.set $in_initialize (global.get $x)))
    (func (export "in_start") (result i32) (global.get $in_start))
    (func (export "in_initialize") (result i32) (global.get $in_initialize)))
  (core instance $lib (instantiate $Lib (with "env" (instance $env))))
  (core module $Foo (global (export "x") i32 (i32.const 48)))
  (core instance $foo (instantiate $Foo))
  (core module $Init
    (import "env" "foo.x" (global $got (mut i32)))
    (import "foo" "x" (global $x i32))
    (import "lib" "_initialize" (func $initialize))
    (func $start (global.set $got (global.get $x)) (call $initialize))
    (start $start))
  (core instance (instantiate $Init
    (with "env" (instance $env)) (with "foo" (instance $foo)) (with "lib" (instance $lib))))
  (func (export "in-start") (result u32) (canon lift (core func $lib "in_start")))
  (func (export "in-initialize") (result u32) (canon lift (core func $lib "in_initialize"))))
(assert_return (invoke "in-start") (u32.const 0))
(assert_return (invoke "in-initialize") (u32.const 48))
