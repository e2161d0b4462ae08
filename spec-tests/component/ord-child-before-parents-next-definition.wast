;;! title = "A child component is initialised to its end before the parent's next definition"
;;! rules = ["CM-ORD-03"]
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
  (func $log_func (param "id" u32) (canon lift (core func $log "log")))
  (component $Child
    (import "log" (func $log (param "id" u32)))
    (core func $log (canon lower (func $log)))
    (core module $Eight
      (import "" "log" (func $log (param i32)))
      (func $start (call $log (i32.const 8)))
      (start $start))
    (core module $Nine
      (import "" "log" (func $log (param i32)))
      (func $start (call $log (i32.const 9)))
      (start $start))
    (core instance (instantiate $Eight (with "" (instance (export "log" (func $log))))))
    (core instance (instantiate $Nine (with "" (instance (export "log" (func $log)))))))
  (instance (instantiate $Child (with "log" (func $log_func))))
  (core instance (instantiate $Start (with "log" (instance $log)) (with "id" (instance $one))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
;; The child writes 8 and then 9.
(assert_return (invoke "value") (u32.const 891))
;;= /$C component begun
;;= /$C/#0 component begun
;;= /$C/#0 import "" "log" func
;;= /$C rule CM-CALL-06 reading "EnteringSet"
;;= /$C/#0 lifted "$log_func params" (u32:8)
;;= /$C lowered "$log_func params" (u32:8)
;;= /$C rule CM-CALL-06 reading "EnteringSet"
;;= /$C/#0 lifted "$log_func params" (u32:9)
;;= /$C lowered "$log_func params" (u32:9)
;;= /$C/#0 component done
;;= /$C/core#5 import "log" "log" func
;;= /$C/core#5 import "id" "id" global
;;= /$C/core#5 allocated func 1
;;= /$C/core#5 start 1 entered
;;= /$C/core#5 start 1 left
;;= /$C/core#5 done
;;= /$C component done
