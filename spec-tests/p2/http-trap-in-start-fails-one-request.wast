;;! title = "An instance whose start function traps hinders no other: the one for the next request handles it"
;;! rules = ["P2-HTTP-05"]
;;! needs = ["component-model"]
(component $Toggle
  (core module $M
    (global $n (mut i32) (i32.const 0))
    (func (export "next") (result i32)
      (global.get $n)
      (global.set $n (i32.add (global.get $n) (i32.const 1)))))
  (core instance $m (instantiate $M))
  (func (export "next") (result u32) (canon lift (core func $m "next"))))
(register "toggle" $Toggle)
(assert_trap
  (component
    (import "toggle" (instance $toggle (export "next" (func (result u32)))))
    (core func $next (canon lower (func $toggle "next")))
    (core module $M
      (import "" "next" (func $next (result i32)))
      (func $start (if (i32.eqz (call $next)) (then (unreachable))))
      (start $start)
      (func (export "handle") (result i32) (i32.const 200)))
    (core instance $m (instantiate $M (with "" (instance (export "next" (func $next))))))
    (func (export "handle") (result u32) (canon lift (core func $m "handle"))))
  "unreachable")
(component $handler
  (import "toggle" (instance $toggle (export "next" (func (result u32)))))
  (core func $next (canon lower (func $toggle "next")))
  (core module $M
    (import "" "next" (func $next (result i32)))
    (func $start (if (i32.eqz (call $next)) (then (unreachable))))
    (start $start)
    (func (export "handle") (result i32) (i32.const 200)))
  (core instance $m (instantiate $M (with "" (instance (export "next" (func $next))))))
  (func (export "handle") (result u32) (canon lift (core func $m "handle"))))
(assert_return (invoke $handler "handle") (u32.const 200))
