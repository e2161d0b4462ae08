;;! title = "The constructors of a command component run in its function run, and not when it is instantiated"
;;! rules = ["TOOL-CRT-06"]
;;! needs = ["component-model"]
(component $C
  (core module $Main
    (global $made (mut i32) (i32.const 0))
    (func $__wasm_call_ctors (global.set $made (i32.add (global.get $made) (i32.const 1))))
    (func (export "run") (result i32) (call $__wasm_call_ctors) (i32.const 0))
    (func (export "made") (result i32) (global.get $made)))
  (core instance $main (instantiate $Main))
  (func (export "run") (result (result)) (canon lift (core func $main "run")))
  (func (export "made") (result u32) (canon lift (core func $main "made"))))
(assert_return (invoke $C "made") (u32.const 0))
(assert_return (invoke $C "run") (result.ok))
(assert_return (invoke $C "made") (u32.const 1))
