;;! title = "A synchronous call in a core start function of an async function that does not block"
;;! rules = ["CM-ASYNC-04"]
;;! needs = ["component-model", "component-async"]
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
(assert_return (invoke "seen") (u32.const 7))
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
;;= /#0/$d rule CM-ASYNC-04 reading "Late"
;;= /#0/$c task "func 0" started
;;= /#0/$c lifted "func 0 result" (u32:7)
;;= /#0/$c task "func 0" returned
;;= /#0/$d lowered "func 0 result" (u32:7)
;;= /#0/$d/$m start 1 left
;;= /#0/$d/$m done
;;= /#0/$d component done
;;= /#0 component done
