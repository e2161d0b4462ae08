;;! title = "A component that wraps another and exports what it exports changes neither order nor number of starts"
;;! rules = ["P2-COMP-04", "CM-ORD-03"]
;;! needs = ["component-model"]
(component $C
  (component $Wrapper
    (component $Inner
      (core module $Log
        (global $value (mut i32) (i32.const 0))
        (func (export "log") (param i32)
          (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
        (func (export "value") (result i32) (global.get $value)))
      (core instance $log (instantiate $Log))
      (core module $Ids
        (global (export "one") i32 (i32.const 1))
        (global (export "two") i32 (i32.const 2))
        (global (export "three") i32 (i32.const 3)))
      (core instance $ids (instantiate $Ids))
      (core instance $one (export "id" (global $ids "one")))
      (core instance $two (export "id" (global $ids "two")))
      (core instance $three (export "id" (global $ids "three")))
      (core module $Start
        (import "log" "log" (func $log (param i32)))
        (import "id" "id" (global $id i32))
        (func $start (call $log (global.get $id)))
        (start $start))
      (core instance (instantiate $Start (with "log" (instance $log)) (with "id" (instance $one))))
      (core instance (instantiate $Start (with "log" (instance $log)) (with "id" (instance $two))))
      (func (export "value") (result u32) (canon lift (core func $log "value"))))
    (instance $inner (instantiate $Inner))
    (export "value" (func $inner "value")))
  (instance $wrapper (instantiate $Wrapper))
  (export "value" (func $wrapper "value")))
(assert_return (invoke "value") (u32.const 12))
