;;! title = "Components that need each other cannot be composed"
;;! rules = ["P2-COMP-03"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! refused = "cycle"
;;! [build.compose]
;;! exports = { "a:b/left" = "left" }
;;! [[build.compose.parts]]
;;! name = "left"
;;! component = "$Left"
;;! with = { "a:b/right" = "right" }
;;! [[build.compose.parts]]
;;! name = "right"
;;! component = "$Right"
;;! with = { "a:b/left" = "left" }
(component definition $Left
  (import "a:b/right" (instance $p (export "ready" (func (result u32)))))
  (core func $ready (canon lower (func $p "ready")))
  (core module $M
    (import "p" "ready" (func $ready (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $s (global.set $seen (call $ready))) (start $s)
    (func (export "get") (result i32) (i32.eqz (global.get $seen)))
    (func (export "ready") (result i32) (global.get $seen)))
  (core instance $m (instantiate $M (with "p" (instance (export "ready" (func $ready))))))
  (func $f (result u32) (canon lift (core func $m "ready")))
  (instance $i (export "ready" (func $f)))
  (export "a:b/left" (instance $i)))
(component definition $Right
  (import "a:b/left" (instance $p (export "ready" (func (result u32)))))
  (core func $ready (canon lower (func $p "ready")))
  (core module $M
    (import "p" "ready" (func $ready (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $s (global.set $seen (call $ready))) (start $s)
    (func (export "get") (result i32) (i32.eqz (global.get $seen)))
    (func (export "ready") (result i32) (global.get $seen)))
  (core instance $m (instantiate $M (with "p" (instance (export "ready" (func $ready))))))
  (func $f (result u32) (canon lift (core func $m "ready")))
  (instance $i (export "ready" (func $f)))
  (export "a:b/right" (instance $i)))
