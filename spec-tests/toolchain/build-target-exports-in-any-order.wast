;;! title = "Whether exports can be called again and in any order is recorded"
;;! rules = ["TOOL-BT-03"]
;;! needs = ["component-model"]
(component $C
  (core module $Main
    (global $calls (mut i32) (i32.const 0))
    (func (export "run") (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (i32.const 0))
    (func (export "calls") (result i32) (global.get $calls)))
  (core instance $main (instantiate $Main))
  (func (export "run") (result (result)) (canon lift (core func $main "run")))
  (func (export "calls") (result u32) (canon lift (core func $main "calls"))))
(assert_return (invoke $C "calls") (u32.const 0))
(assert_return (invoke $C "run") (result.ok))
(assert_return (invoke $C "run") (result.ok))
(assert_return (invoke $C "calls") (u32.const 2))
