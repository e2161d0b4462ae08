;;! title = "Aliases, inline exports, types and exports between two instances run nothing"
;;! rules = ["CM-ORD-09"]
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
  (core instance $first (instantiate $Start (with "log" (instance $log)) (with "id" (instance $one))))
  (alias core export $log "log" (core func $alias))
  (core instance $bag (export "log" (func $alias)) (export "again" (func $alias)))
  (type $t (func (param "id" u32)))
  (func $lifted (type $t) (canon lift (core func $alias)))
  (instance $bundle (export "log" (func $lifted)))
  (export "bundle" (instance $bundle))
  (core instance $second (instantiate $Start (with "log" (instance $bag)) (with "id" (instance $two))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 12))
;;= /$C component begun
;;= /$C/$first import "log" "log" func
;;= /$C/$first import "id" "id" global
;;= /$C/$first allocated func 1
;;= /$C/$first start 1 entered
;;= /$C/$first start 1 left
;;= /$C/$first done
;;= /$C/$second import "log" "log" func
;;= /$C/$second import "id" "id" global
;;= /$C/$second allocated func 1
;;= /$C/$second start 1 entered
;;= /$C/$second start 1 left
;;= /$C/$second done
;;= /$C component done
