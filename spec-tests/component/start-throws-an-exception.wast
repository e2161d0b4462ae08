;;! title = "An exception that leaves a component-level start is a trap, and later definitions do not run"
;;! rules = ["CM-START-09", "CM-TRAP-02"]
;;! needs = ["component-model", "values", "exception-handling"]
(component $Root
  (core module $M
    (global $n (mut i32) (i32.const 0))
    (func (export "bump") (global.set $n (i32.add (global.get $n) (i32.const 1))))
    (func (export "count") (result i32) (global.get $n)))
  (core instance $m (instantiate $M))
  (func (export "bump") (canon lift (core func $m "bump")))
  (func (export "count") (result u32) (canon lift (core func $m "count"))))
(register "root" $Root)
(assert_trap
  (component
    (import "root" (instance $root (export "bump" (func))))
    (core module $M (tag $x) (func (export "f") (throw $x)))
    (core instance $m (instantiate $M))
    (func $f (canon lift (core func $m "f")))
    (alias export $root "bump" (func $bump))
    (start $bump)
    (start $f)
    (start $bump))
  "uncaught exception")
(assert_return (invoke $Root "count") (u32.const 1))
