;;! title = "Two compositions of the same parts in another order start them in another order, which is recorded"
;;! rules = ["P2-COMP-02"]
;;! needs = ["component-model"]
(component $A
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (func $log (param "x" u32) (canon lift (core func $log "log")))
  (component $Part
    (import "id" (func $id (result u32)))
    (import "log" (func $log (param "x" u32)))
    (core func $id (canon lower (func $id)))
    (core func $log (canon lower (func $log)))
    (core module $M
      (import "" "id" (func $id (result i32)))
      (import "" "log" (func $log (param i32)))
      (func $start (call $log (call $id)))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "id" (func $id)) (export "log" (func $log)))))))
  (core module $Ids
    (func (export "one") (result i32) (i32.const 1))
    (func (export "two") (result i32) (i32.const 2)))
  (core instance $ids (instantiate $Ids))
  (func $one (result u32) (canon lift (core func $ids "one")))
  (func $two (result u32) (canon lift (core func $ids "two")))
  (instance (instantiate $Part (with "id" (func $one)) (with "log" (func $log))))
  (instance (instantiate $Part (with "id" (func $two)) (with "log" (func $log))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 12))
(component $B
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (func $log (param "x" u32) (canon lift (core func $log "log")))
  (component $Part
    (import "id" (func $id (result u32)))
    (import "log" (func $log (param "x" u32)))
    (core func $id (canon lower (func $id)))
    (core func $log (canon lower (func $log)))
    (core module $M
      (import "" "id" (func $id (result i32)))
      (import "" "log" (func $log (param i32)))
      (func $start (call $log (call $id)))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "id" (func $id)) (export "log" (func $log)))))))
  (core module $Ids
    (func (export "one") (result i32) (i32.const 1))
    (func (export "two") (result i32) (i32.const 2)))
  (core instance $ids (instantiate $Ids))
  (func $one (result u32) (canon lift (core func $ids "one")))
  (func $two (result u32) (canon lift (core func $ids "two")))
  (instance (instantiate $Part (with "id" (func $two)) (with "log" (func $log))))
  (instance (instantiate $Part (with "id" (func $one)) (with "log" (func $log))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 21))
