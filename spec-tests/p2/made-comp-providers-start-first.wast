;;! title = "What a composed component needs has been initialised when its own start section runs"
;;! rules = ["P2-COMP-01"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! [build.compose]
;;! exports = { "wasi:cli/run@0.2.0" = "user" }
;;! [[build.compose.parts]]
;;! name = "user"
;;! component = "$User"
;;! with = { "a:b/provider" = "provider" }
;;! [[build.compose.parts]]
;;! name = "provider"
;;! component = "$Provider"
;;! [run]
;;! kind = "component"
;;! main = "$Made"
;;! exit = 0
(component definition $Provider
  (core module $M
    (global $ready (mut i32) (i32.const 0))
    (func $s (global.set $ready (i32.const 1))) (start $s)
    (func (export "ready") (result i32) (global.get $ready)))
  (core instance $m (instantiate $M))
  (func $f (result u32) (canon lift (core func $m "ready")))
  (instance $i (export "ready" (func $f)))
  (export "a:b/provider" (instance $i)))
(component definition $User
  (import "a:b/provider" (instance $p (export "ready" (func (result u32)))))
  (core func $ready (canon lower (func $p "ready")))
  (core module $M
    (import "p" "ready" (func $ready (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $s (global.set $seen (call $ready))) (start $s)
    (func (export "get") (result i32) (i32.eqz (global.get $seen)))
    (func (export "ready") (result i32) (global.get $seen)))
  (core instance $m (instantiate $M (with "p" (instance (export "ready" (func $ready))))))
  (func $run (result (result)) (canon lift (core func $m "get")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
