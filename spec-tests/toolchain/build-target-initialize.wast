;;! title = "The function cm32p2_initialize has run when the first export of the component is called, once"
;;! rules = ["TOOL-BT-01"]
;;! needs = ["component-model"]
(component $C
  (core module $Main
    (global $count (mut i32) (i32.const 0))
    (func (export "cm32p2_initialize") (global.set $count (i32.add (global.get $count) (i32.const 1))))
    (func (export "cm32p2||count") (result i32) (global.get $count)))
  (core module $Init (import "main" "init" (func $init)) (start $init))
  (core instance $main (instantiate $Main))
  (alias core export $main "cm32p2_initialize" (core func $init))
  (core instance (instantiate $Init (with "main" (instance (export "init" (func $init))))))
  (func (export "count") (result u32) (canon lift (core func $main "cm32p2||count"))))
(assert_return (invoke $C "count") (u32.const 1))
(assert_return (invoke $C "count") (u32.const 1))
