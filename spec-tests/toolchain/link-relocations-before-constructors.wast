;;! title = "The last module sets the addresses, then relocates the data of every library, then runs constructors"
;;! rules = ["P2-LINK-02"]
;;! needs = ["component-model"]
(component $C
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (core module $Env
    (memory (export "memory") 1)
    (global (export "foo.x") (mut i32) (i32.const 0)))
  (core instance $env (instantiate $Env))
  (core module $Foo
    (import "env" "memory" (memory 1))
    (import "" "log" (func $log (param i32)))
    (global (export "x") i32 (i32.const 16))
    (data (i32.const 16) "\05")
    (func (export "__wasm_apply_data_relocs") (call $log (i32.const 2)))
    (func (export "_initialize") (call $log (i32.const 4))))
  (core instance $foo (instantiate $Foo (with "env" (instance $env)) (with "" (instance $log))))
  (core module $Bar
    (import "env" "memory" (memory 1))
    (import "env" "foo.x" (global $x (mut i32)))
    (import "" "log" (func $log (param i32)))
    ;; A pointer to the other library's x, at 32.
    (func (export "__wasm_apply_data_relocs")
      (i32.store (i32.const 32) (global.get $x))
      (call $log (i32.const 3)))
    (func (export "__wasm_call_ctors") (call $log (i32.load (i32.load (i32.const 32))))))
  (core instance $bar (instantiate $Bar (with "env" (instance $env)) (with "" (instance $log))))
  (core module $Init
    (import "env" "foo.x" (global $got (mut i32)))
    (import "" "log" (func $log (param i32)))
    (import "foo" "x" (global $x i32))
    (import "foo" "__wasm_apply_data_relocs" (func $foo_relocs))
    (import "bar" "__wasm_apply_data_relocs" (func $bar_relocs))
    (import "foo" "_initialize" (func $foo_initialize))
    (import "bar" "__wasm_call_ctors" (func $bar_ctors))
    (func $start
      (global.set $got (global.get $x)) (call $log (i32.const 1))
      (call $foo_relocs) (call $bar_relocs)
      (call $foo_initialize) (call $bar_ctors))
    (start $start))
  (core instance (instantiate $Init (with "env" (instance $env)) (with "" (instance $log))
    (with "foo" (instance $foo)) (with "bar" (instance $bar))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 12345))
