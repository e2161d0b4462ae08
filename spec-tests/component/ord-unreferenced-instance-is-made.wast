;;! title = "An instance that nothing refers to is made all the same"
;;! rules = ["CM-ORD-07"]
;;! needs = ["component-model"]
(component $C
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
  (core instance $never_used (instantiate $Start (with "log" (instance $log)) (with "id" (instance $two))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 2))
;;= /$C component begun
;;= /$C/$never_used import "log" "log" func
;;= /$C/$never_used import "id" "id" global
;;= /$C/$never_used allocated func 1
;;= /$C/$never_used start 1 entered
;;= /$C/$never_used start 1 left
;;= /$C/$never_used done
;;= /$C component done
