;;! title = "A parent's core start function that calls an export of its complete child is recorded"
;;! rules = ["CM-CALL-05"]
;;! needs = ["component-model"]
(component $C
  (component $Child
    (core module $M (func (export "f") (result i32) (i32.const 15)))
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (instance $child (instantiate $Child))
  (core func $f (canon lower (func $child "f")))
  (core module $M
    (import "" "f" (func $f (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $start (global.set $seen (call $f)))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
  (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
(assert_return (invoke "seen") (u32.const 15))
