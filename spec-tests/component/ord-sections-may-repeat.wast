;;! title = "Definitions of one kind run in order, whether others stand between them or not"
;;! rules = ["CM-ORD-05"]
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
  (core instance (instantiate $Start (with "log" (instance $log)) (with "id" (instance $one))))
  (core instance (instantiate $Start (with "log" (instance $log)) (with "id" (instance $two))))
  (type u32)
  (core instance (instantiate $Start (with "log" (instance $log)) (with "id" (instance $three))))
  (component)
  (core module)
  (core instance (instantiate $Start (with "log" (instance $log)) (with "id" (instance $one))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 1231))
;;= /$C component begun
;;= /$C/core#5 import "log" "log" func
;;= /$C/core#5 import "id" "id" global
;;= /$C/core#5 allocated func 1
;;= /$C/core#5 start 1 entered
;;= /$C/core#5 start 1 left
;;= /$C/core#5 done
;;= /$C/core#6 import "log" "log" func
;;= /$C/core#6 import "id" "id" global
;;= /$C/core#6 allocated func 1
;;= /$C/core#6 start 1 entered
;;= /$C/core#6 start 1 left
;;= /$C/core#6 done
;;= /$C/core#7 import "log" "log" func
;;= /$C/core#7 import "id" "id" global
;;= /$C/core#7 allocated func 1
;;= /$C/core#7 start 1 entered
;;= /$C/core#7 start 1 left
;;= /$C/core#7 done
;;= /$C/core#8 import "log" "log" func
;;= /$C/core#8 import "id" "id" global
;;= /$C/core#8 allocated func 1
;;= /$C/core#8 start 1 entered
;;= /$C/core#8 start 1 left
;;= /$C/core#8 done
;;= /$C component done
