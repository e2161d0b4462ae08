;;! title = "A component whose start function traps is rejected: its start has run once, and its exports are nobody's"
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
;; A component that lives, and exports what the one that dies exports.
(component $Alive
  (core module $M (func (export "f") (result i32) (i32.const 100)))
  (core instance $m (instantiate $M))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
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
;; The start function has run once, and "f" is not that of the dead.
(assert_return (invoke "f") (u32.const 100))
(assert_return (invoke $Count "bump") (u32.const 2))
