;;! title = "A component-level start calls its function between the definitions around it"
;;! rules = ["CM-START-01"]
;;! needs = ["component-model", "values"]
;;! bugs = ["COMPONENT-START-PANIC"]
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
  (core module $Eight
    (import "log" "log" (func $log (param i32)))
    (func (export "f") (call $log (i32.const 8))))
  (core instance $eight (instantiate $Eight (with "log" (instance $log))))
  (func $f (canon lift (core func $eight "f")))
  (core instance $a (instantiate $Start (with "log" (instance $log)) (with "id" (instance $one))))
  (start $f)
  (core instance $b (instantiate $Start (with "log" (instance $log)) (with "id" (instance $two))))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 182))
;;= /$C component begun
;;= /$C/$a import "log" "log" func
;;= /$C/$a import "id" "id" global
;;= /$C/$a allocated func 1
;;= /$C/$a start 1 entered
;;= /$C/$a start 1 left
;;= /$C/$a done
;;= /$C component start 0 ()
;;= /$C component start 0 returned ()
;;= /$C/$b import "log" "log" func
;;= /$C/$b import "id" "id" global
;;= /$C/$b allocated func 1
;;= /$C/$b start 1 entered
;;= /$C/$b start 1 left
;;= /$C/$b done
;;= /$C component done
