;;! title = "A parent's core start function that calls its child traps, where relatives may not call each other"
;;! rules = ["CM-CALL-05"]
;;! needs = ["component-model"]
;;! readings = ["trap-relatives"]
(assert_trap
  (component
  (component $Child
    (core module $M (func (export "f") (result i32) (i32.const 15)))
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (instance $child (instantiate $Child))
  (core func $f (canon lower (func $child "f")))
  (core module $M
    (import "" "f" (func $f (result i32)))
    (func $start (drop (call $f)))
    (start $start))
  (core instance $m (instantiate $M (with "" (instance (export "f" (func $f)))))))
  "cannot enter component instance")
;;= /#0 component begun
;;= /#0/$child component begun
;;= /#0/$child component done
;;= /#0/$m import "" "f" func
;;= /#0/$m allocated func 1
;;= /#0/$m start 1 entered
;;= /#0/$child rule CM-CALL-05 reading "TrapRelatives"
;;= /#0/$m trap cannot-enter in start
;;= /#0 locked
;;= /#0 trap cannot-enter in start
