;;! title = "A component whose start function traps gives out no exports: nothing can be linked to them"
;;! rules = ["P2-JCO-03"]
;;! needs = ["component-model"]
(component $Count
  (core module $M
    (global $n (mut i32) (i32.const 0))
    (func (export "bump") (result i32)
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (global.get $n)))
  (core instance $m (instantiate $M))
  (func (export "bump") (result u32) (canon lift (core func $m "bump"))))
(register "count" $Count)
(assert_trap
  (component $Dead
    (import "count" (instance $count (export "bump" (func (result u32)))))
    (core func $bump (canon lower (func $count "bump")))
    (core module $M
      (import "" "bump" (func $bump (result i32)))
      (func $start (drop (call $bump)) (unreachable))
      (start $start)
      (func (export "f") (result i32) (call $bump)))
    (core instance $m (instantiate $M (with "" (instance (export "bump" (func $bump))))))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  "unreachable")
(assert_unlinkable
  (component
    (import "dead" (instance $dead (export "f" (func (result u32)))))
    (core func $f (canon lower (func $dead "f")))
    (core module $M (import "" "f" (func (result i32))))
    (core instance (instantiate $M (with "" (instance (export "f" (func $f)))))))
  "unknown import")
(assert_return (invoke $Count "bump") (u32.const 2))
