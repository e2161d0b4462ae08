;;! title = "A synchronous call in a core start function of an async function that does not block"
;;! rules = ["CM-ASYNC-04"]
;;! needs = ["component-model", "component-async"]
(component
  (component $C
    (core module $M (func (export "f") (result i32) (i32.const 7)))
    (core instance $m (instantiate $M))
    (func (export "f") async (result u32) (canon lift (core func $m "f"))))
  (component $D
    (import "f" (func $f async (result u32)))
    (core func $f (canon lower (func $f)))
    (core module $M
      (import "" "f" (func $f (result i32)))
      (global $seen (mut i32) (i32.const 0))
      (func $start (global.set $seen (call $f)))
      (start $start)
      (func (export "seen") (result i32) (global.get $seen)))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
    (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "f" (func $c "f"))))
  (export "seen" (func $d "seen")))
(assert_return (invoke "seen") (u32.const 7))
