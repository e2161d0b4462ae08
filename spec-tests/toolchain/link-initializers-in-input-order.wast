;;! title = "Linked libraries are initialised in the order in which they were given, also before one that they need"
;;! rules = ["P2-LINK-03"]
;;! needs = ["component-model"]
(component definition $BarFirst
  (core module $Foo
    (global $ready (mut i32) (i32.const 0))
    (func (export "_initialize") (global.set $ready (i32.const 1)))
    (func (export "ready") (result i32) (global.get $ready)))
  (core instance $foo (instantiate $Foo))
  (core module $Bar
    (import "foo" "ready" (func $ready (result i32)))
    (global $seen (mut i32) (i32.const -1))
    (func (export "_initialize") (global.set $seen (call $ready)))
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $bar (instantiate $Bar (with "foo" (instance $foo))))
  (core module $Init
    (import "bar" "_initialize" (func $first))
    (import "foo" "_initialize" (func $second))
    (func $start (call $first) (call $second))
    (start $start))
  (core instance (instantiate $Init (with "foo" (instance $foo)) (with "bar" (instance $bar))))
  (func (export "seen") (result u32) (canon lift (core func $bar "seen"))))
(component definition $FooFirst
  (core module $Foo
    (global $ready (mut i32) (i32.const 0))
    (func (export "_initialize") (global.set $ready (i32.const 1)))
    (func (export "ready") (result i32) (global.get $ready)))
  (core instance $foo (instantiate $Foo))
  (core module $Bar
    (import "foo" "ready" (func $ready (result i32)))
    (global $seen (mut i32) (i32.const -1))
    (func (export "_initialize") (global.set $seen (call $ready)))
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $bar (instantiate $Bar (with "foo" (instance $foo))))
  (core module $Init
    (import "foo" "_initialize" (func $first))
    (import "bar" "_initialize" (func $second))
    (func $start (call $first) (call $second))
    (start $start))
  (core instance (instantiate $Init (with "foo" (instance $foo)) (with "bar" (instance $bar))))
  (func (export "seen") (result u32) (canon lift (core func $bar "seen"))))
(component instance $bar_first $BarFirst)
(component instance $foo_first $FooFirst)
(assert_return (invoke $bar_first "seen") (u32.const 0))
(assert_return (invoke $foo_first "seen") (u32.const 1))
