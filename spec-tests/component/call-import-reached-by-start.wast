;;! title = "A core start function calls what its component imports, and gets the result"
;;! rules = ["CM-CALL-01", "CM-CALL-09"]
;;! needs = ["component-model"]
;;! bugs = ["TRAMPOLINE-BEFORE-INIT"]
(component $Root
  (core module $M
    (global $n (mut i32) (i32.const 40))
    (func (export "next") (result i32)
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (global.get $n)))
  (core instance $m (instantiate $M))
  (func (export "next") (result u32) (canon lift (core func $m "next"))))
(register "root" $Root)
(component $N
  (import "root" (instance $root (export "next" (func (result u32)))))
  (core func $next (canon lower (func $root "next")))
  (core module $M
    (import "" "next" (func $next (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $start (global.set $seen (call $next)))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $m (instantiate $M (with "" (instance (export "next" (func $next))))))
  (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
(assert_return (invoke $N "seen") (u32.const 41))
;;= /$Root component begun
;;= /$Root component done
;;= /$N component begun
;;= /$N import "" "root" instance
;;= /$N/$m import "" "next" func
;;= /$N/$m global 0 = i32:0
;;= /$N/$m allocated func 2 global 1
;;= /$N/$m start 1 entered
;;= /$Root lifted "func 0 result" (u32:41)
;;= /$N lowered "func 0 result" (u32:41)
;;= /$N/$m start 1 left
;;= /$N/$m done
;;= /$N component done
