;;! title = "A synchronous call in a core start function of an async function traps, where it may block"
;;! rules = ["CM-ASYNC-04"]
;;! needs = ["component-model", "component-async"]
;;! readings = ["eager-blocking"]
(assert_trap
(component
  (component $C
    (core module $M (func (export "f") (result i32) (i32.const 7)))
    (core instance $m (instantiate $M))
    (func (export "f") async (result u32) (canon lift (core func $m "f"))))
  (component $D
    (import "f" (func $f async (result u32)))
    (core func $f (canon lower (func $f)))
    (core module $M
      (import "" "f" (func $f (result i32)))
      (global $seen (mut i32) (i32.const 0))
      (func $start (global.set $seen (call $f)))
      (start $start)
      (func (export "seen") (result i32) (global.get $seen)))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
    (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "f" (func $c "f"))))
  (export "seen" (func $d "seen")))
  "cannot block a synchronous task before returning")
;;= /#0 component begun
;;= /#0/$c component begun
;;= /#0/$c/$m allocated func 1
;;= /#0/$c/$m done
;;= /#0/$c component done
;;= /#0/$d component begun
;;= /#0/$d import "" "f" func
;;= /#0/$d/$m import "" "f" func
;;= /#0/$d/$m global 0 = i32:0
;;= /#0/$d/$m allocated func 2 global 1
;;= /#0/$d/$m start 1 entered
;;= /#0/$d rule CM-ASYNC-04 reading "Eager"
;;= /#0/$d/$m trap cannot-block in start
;;= /#0/$d locked
;;= /#0/$d trap cannot-block in start
;;= /#0 locked
;;= /#0 trap cannot-block in start
