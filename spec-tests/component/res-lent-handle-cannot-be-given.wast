;;! title = "A handle that a call from start lends cannot be given away by the same call"
;;! rules = ["CM-RES-06"]
;;! needs = ["component-model"]
(assert_trap
  (component
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
      (core module $M (func (export "take") (param i32 i32) (unreachable)))
      (core instance $m (instantiate $M))
      (func (export "take") (param "lent" (borrow $r)) (param "given" (own $r))
        (canon lift (core func $m "take"))))
    (component $Caller
      (import "r" (type $r (sub resource)))
      (import "make" (func $make (result (own $r))))
      (import "take" (func $take (param "lent" (borrow $r)) (param "given" (own $r))))
      (core func $make (canon lower (func $make)))
      (core func $take (canon lower (func $take)))
      (core module $M
        (import "" "make" (func $make (result i32)))
        (import "" "take" (func $take (param i32 i32)))
        (func $start (local $handle i32)
          (local.set $handle (call $make))
          (call $take (local.get $handle) (local.get $handle)))
        (start $start))
      (core instance (instantiate $M
        (with "" (instance (export "make" (func $make)) (export "take" (func $take)))))))
    (instance $owner (instantiate $Owner))
    (instance $taker (instantiate $Taker (with "r" (type $owner "r"))))
    (instance (instantiate $Caller
      (with "r" (type $owner "r")) (with "make" (func $owner "make")) (with "take" (func $taker "take")))))
  "cannot remove owned resource while borrowed")
;;= /#0 component begun
;;= /#0/$owner component begun
;;= /#0/$owner/$m import "" "new" func
;;= /#0/$owner/$m allocated func 1
;;= /#0/$owner/$m done
;;= /#0/$owner component done
;;= /#0/$taker component begun
;;= /#0/$taker import "" "r" type
;;= /#0/$taker/$m allocated func 1
;;= /#0/$taker/$m done
;;= /#0/$taker component done
;;= /#0/#2 component begun
;;= /#0/#2 import "" "r" type
;;= /#0/#2 import "" "make" func
;;= /#0/#2 import "" "take" func
;;= /#0/#2/core#1 import "" "make" func
;;= /#0/#2/core#1 import "" "take" func
;;= /#0/#2/core#1 allocated func 1
;;= /#0/#2/core#1 start 2 entered
;;= /#0/$owner resource "$r" made rep 5 handle 1
;;= /#0/$owner lifted "func 0 result" (own $r 5)
;;= /#0/#2 lowered "func 0 result" (own $r 5)
;;= /#0/$taker locked
;;= /#0/#2/core#1 trap invalid-handle in start
;;= /#0/#2 locked
;;= /#0/#2 trap invalid-handle in start
;;= /#0 locked
;;= /#0 trap invalid-handle in start
