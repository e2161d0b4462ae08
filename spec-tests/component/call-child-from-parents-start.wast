;;! title = "A parent's core start function that calls an export of its complete child is recorded"
;;! rules = ["CM-CALL-05"]
;;! needs = ["component-model"]
(component $C
  (component $Child
    (core module $M (func (export "f") (result i32) (i32.const 15)))
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (instance $child (instantiate $Child))
  (core func $f (canon lower (func $child "f")))
  (core module $M
    (import "" "f" (func $f (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $start (global.set $seen (call $f)))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
  (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
(assert_return (invoke "seen") (u32.const 15))
;;= /$C component begun
;;= /$C/$child component begun
;;= /$C/$child component done
;;= /$C/$m import "" "f" func
;;= /$C/$m global 0 = i32:0
;;= /$C/$m allocated func 2 global 1
;;= /$C/$m start 1 entered
;;= /$C/$child rule CM-CALL-05 reading "EnteringSet"
;;= /$C/$child lifted "func 0 result" (u32:15)
;;= /$C lowered "func 0 result" (u32:15)
;;= /$C/$m start 1 left
;;= /$C/$m done
;;= /$C component done
