;;! title = "A handle that start gave to a sibling is no longer in the table"
;;! rules = ["CM-CALL-08", "CM-RES-01"]
;;! needs = ["component-model"]
(component $C
  (component $Owner
    (type $r (resource (rep i32)))
    (export $e "r" (type $r))
    (core func $new (canon resource.new $r))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 5))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $e)) (canon lift (core func $m "make"))))
  (component $Taker
    (import "r" (type $r (sub resource)))
    (core module $M (func (export "take") (param i32)))
    (core instance $m (instantiate $M))
    (func (export "take") (param "r" (own $r)) (canon lift (core func $m "take"))))
  (component $Caller
    (import "r" (type $r (sub resource)))
    (import "make" (func $make (result (own $r))))
    (import "take" (func $take (param "r" (own $r))))
    (core func $make (canon lower (func $make)))
    (core func $take (canon lower (func $take)))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "take" (func $take (param i32)))
      (import "" "drop" (func $drop (param i32)))
      (global $handle (mut i32) (i32.const 0))
      (func $start
        (global.set $handle (call $make))
        (call $take (global.get $handle)))
      (start $start)
      (func (export "drop") (call $drop (global.get $handle))))
    (core instance $m (instantiate $M
      (with "" (instance
        (export "make" (func $make)) (export "take" (func $take)) (export "drop" (func $drop))))))
    (func (export "drop") (canon lift (core func $m "drop"))))
  (instance $owner (instantiate $Owner))
  (instance $taker (instantiate $Taker (with "r" (type $owner "r"))))
  (instance $caller (instantiate $Caller
    (with "r" (type $owner "r")) (with "make" (func $owner "make")) (with "take" (func $taker "take"))))
  (export "drop" (func $caller "drop")))
(assert_trap (invoke $C "drop") "unknown handle index 1")
;;= /$C component begun
;;= /$C/$owner component begun
;;= /$C/$owner/$m import "" "new" func
;;= /$C/$owner/$m allocated func 1
;;= /$C/$owner/$m done
;;= /$C/$owner component done
;;= /$C/$taker component begun
;;= /$C/$taker import "" "r" type
;;= /$C/$taker/$m allocated func 1
;;= /$C/$taker/$m done
;;= /$C/$taker component done
;;= /$C/$caller component begun
;;= /$C/$caller import "" "r" type
;;= /$C/$caller import "" "make" func
;;= /$C/$caller import "" "take" func
;;= /$C/$caller/$m import "" "make" func
;;= /$C/$caller/$m import "" "take" func
;;= /$C/$caller/$m import "" "drop" func
;;= /$C/$caller/$m global 0 = i32:0
;;= /$C/$caller/$m allocated func 2 global 1
;;= /$C/$caller/$m start 3 entered
;;= /$C/$owner resource "$r" made rep 5 handle 1
;;= /$C/$owner lifted "func 0 result" (own $r 5)
;;= /$C/$caller lowered "func 0 result" (own $r 5)
;;= /$C/$caller lifted "func 0 params" (own $r 5)
;;= /$C/$taker lowered "func 0 params" (own $r 5)
;;= /$C/$caller/$m start 3 left
;;= /$C/$caller/$m done
;;= /$C/$caller component done
;;= /$C component done
