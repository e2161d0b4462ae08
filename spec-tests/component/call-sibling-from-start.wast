;;! title = "A core start function calls an export of a sibling component that is complete"
;;! rules = ["CM-CALL-02", "CM-CALL-09"]
;;! needs = ["component-model"]
(component $C
  (component $Ticket
    (core module $M
      (global $n (mut i32) (i32.const 0))
      (func (export "next") (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (global.get $n)))
    (core instance $m (instantiate $M))
    (func (export "next") (result u32) (canon lift (core func $m "next"))))
  (component $User
    (import "next" (func $next (result u32)))
    (core func $next (canon lower (func $next)))
    (core module $M
      (import "" "next" (func $next (result i32)))
      (global $mine (mut i32) (i32.const 0))
      (func $start (global.set $mine (call $next)))
      (start $start)
      (func (export "mine") (result i32) (global.get $mine)))
    (core instance $m (instantiate $M (with "" (instance (export "next" (func $next))))))
    (func (export "mine") (result u32) (canon lift (core func $m "mine"))))
  (instance $ticket (instantiate $Ticket))
  (instance $a (instantiate $User (with "next" (func $ticket "next"))))
  (instance $b (instantiate $User (with "next" (func $ticket "next"))))
  (export "a" (func $a "mine"))
  (export "b" (func $b "mine")))
(assert_return (invoke "a") (u32.const 1))
(assert_return (invoke "b") (u32.const 2))
;;= /$C/$ticket component begun
;;= /$C/$ticket component done
;;= /$C/$a/$m import "" "next" func
;;= /$C/$a/$m global 0 = i32:0
;;= /$C/$a/$m allocated func 2 global 1
;;= /$C/$a/$m start 1 entered
;;= /$C/$ticket lifted "func 0 result" (u32:1)
;;= /$C/$a/$m start 1 left
;;= /$C/$a/$m done
;;= /$C/$b/$m import "" "next" func
;;= /$C/$b/$m global 0 = i32:0
;;= /$C/$b/$m allocated func 2 global 1
;;= /$C/$b/$m start 1 entered
;;= /$C/$ticket lifted "func 0 result" (u32:2)
;;= /$C/$b/$m start 1 left
;;= /$C/$b/$m done
