;;! title = "Libraries that import each other are linked through the table, which is filled when both are there"
;;! rules = ["P2-LINK-01"]
;;! needs = ["component-model"]
(component $C
  (core module $Env
    (type $f (func (result i32)))
    (table (export "table") 1 1 funcref)
    ;; Stands for the function of the library that does not exist yet.
    (func (export "bar") (result i32) (call_indirect (type $f) (i32.const 0))))
  (core instance $env (instantiate $Env))
  (core module $Foo
    (import "env" "bar" (func $bar (result i32)))
    (func (export "foo") (result i32) (i32.add (call $bar) (i32.const 10)))
    (func (export "one") (result i32) (i32.const 1)))
  (core instance $foo (instantiate $Foo (with "env" (instance $env))))
  (core module $Bar
    (import "foo" "one" (func $one (result i32)))
    (func (export "bar") (result i32) (i32.add (call $one) (i32.const 100))))
  (core instance $bar (instantiate $Bar (with "foo" (instance $foo))))
  (core module $Init
    (import "env" "table" (table 1 1 funcref))
    (import "bar" "bar" (func $bar (result i32)))
    (elem (i32.const 0) func $bar))
  (core instance (instantiate $Init (with "env" (instance $env)) (with "bar" (instance $bar))))
  (func (export "foo") (result u32) (canon lift (core func $foo "foo"))))
(assert_return (invoke "foo") (u32.const 111))
