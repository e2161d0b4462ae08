;;! title = "The implementer of a resource that start lends to it gets the representation"
;;! rules = ["CM-CALL-08"]
;;! needs = ["component-model"]
(component $C
  (component $Owner
    (type $r (resource (rep i32)))
    (export $e "r" (type $r))
    (core func $new (canon resource.new $r))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 50)))
      (func (export "value") (param i32) (result i32) (local.get 0)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $e)) (canon lift (core func $m "make")))
    (func $value (export "value") (param "r" (borrow $e)) (result u32) (canon lift (core func $m "value"))))
  (component $Caller
    (import "r" (type $r (sub resource)))
    (import "make" (func $make (result (own $r))))
    (import "value" (func $value (param "r" (borrow $r)) (result u32)))
    (core func $make (canon lower (func $make)))
    (core func $value (canon lower (func $value)))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "value" (func $value (param i32) (result i32)))
      (global $seen (mut i32) (i32.const 0))
      (func $start (global.set $seen (call $value (call $make))))
      (start $start)
      (func (export "seen") (result i32) (global.get $seen)))
    (core instance $m (instantiate $M
      (with "" (instance (export "make" (func $make)) (export "value" (func $value))))))
    (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
  (instance $owner (instantiate $Owner))
  (instance $caller (instantiate $Caller
    (with "r" (type $owner "r")) (with "make" (func $owner "make")) (with "value" (func $owner "value"))))
  (export "seen" (func $caller "seen")))
(assert_return (invoke "seen") (u32.const 50))
;;= /$C component begun
;;= /$C/$owner component begun
;;= /$C/$owner/$m import "" "new" func
;;= /$C/$owner/$m allocated func 2
;;= /$C/$owner/$m done
;;= /$C/$owner component done
;;= /$C/$caller component begun
;;= /$C/$caller import "" "r" type
;;= /$C/$caller import "" "make" func
;;= /$C/$caller import "" "value" func
;;= /$C/$caller/$m import "" "make" func
;;= /$C/$caller/$m import "" "value" func
;;= /$C/$caller/$m global 0 = i32:0
;;= /$C/$caller/$m allocated func 2 global 1
;;= /$C/$caller/$m start 2 entered
;;= /$C/$owner resource "$r" made rep 50 handle 1
;;= /$C/$owner lifted "func 0 result" (own $r 50)
;;= /$C/$caller lowered "func 0 result" (own $r 50)
;;= /$C/$caller lifted "$value params" (borrow $r 50)
;;= /$C/$owner lowered "$value params" (borrow $r 50)
;;= /$C/$owner lifted "$value result" (u32:50)
;;= /$C/$caller lowered "$value result" (u32:50)
;;= /$C/$caller/$m start 2 left
;;= /$C/$caller/$m done
;;= /$C/$caller component done
;;= /$C component done
