;;! title = "A start function calls what is lowered with async and without a memory"
;;! rules = ["CM-CANON-08"]
;;! needs = ["component-model", "component-async"]
(component
  (component $C
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func (export "f") async (canon lift (core func $m "f"))))
  (component $D
    (import "f" (func $f async))
    (core func $f (canon lower (func $f) async))
    (core module $M
      (import "" "f" (func $f (result i32)))
      (global $state (mut i32) (i32.const 0))
      (func $start (global.set $state (call $f)))
      (start $start)
      (func (export "state") (result i32) (global.get $state)))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
    (func (export "state") (result u32) (canon lift (core func $m "state"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "f" (func $c "f"))))
  (export "state" (func $d "state")))
;; RETURNED: there is no subtask.
(assert_return (invoke "state") (u32.const 2))
;;= /#0 component begun
;;= /#0/$c component begun
;;= /#0/$c/$m allocated func 1
;;= /#0/$c/$m done
;;= /#0/$c component done
;;= /#0/$d component begun
;;= /#0/$d import "" "f" func
;;= /#0/$d rule CM-CANON-08 reading "as-needed"
;;= /#0/$d/$m import "" "f" func
;;= /#0/$d/$m global 0 = i32:0
;;= /#0/$d/$m allocated func 2 global 1
;;= /#0/$d/$m start 1 entered
;;= /#0/$c task "func 0" started
;;= /#0/$c task "func 0" returned
;;= /#0/$d/$m start 1 left
;;= /#0/$d/$m done
;;= /#0/$d component done
;;= /#0 component done
