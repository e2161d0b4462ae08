;;! title = "A core start function holds no lock of its instance after it returned: an async call enters at once"
;;! rules = ["CM-ASYNC-17"]
;;! needs = ["component-model", "component-async"]
(component
  (component $C
    (core func $return (canon task.return (result u32)))
    (core module $M
      (import "" "return" (func $return (param i32)))
      (func $start)
      (start $start)
      (func (export "f") (result i32) (call $return (i32.const 7)) (i32.const 0))
      (func (export "cb") (param i32 i32 i32) (result i32) (unreachable)))
    (core instance $m (instantiate $M (with "" (instance (export "return" (func $return))))))
    (func (export "f") async (result u32)
      (canon lift (core func $m "f") async (callback (core func $m "cb")))))
  (component $D
    (import "f" (func $f async (result u32)))
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (core func $f (canon lower (func $f) async (memory (core memory $memory "m"))))
    (core module $M
      (import "" "f" (func $f (param i32) (result i32)))
      (func (export "run") (result i32) (call $f (i32.const 16))))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
    (func (export "run") (result u32) (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "f" (func $c "f"))))
  (export "run" (func $d "run")))
;; RETURNED is 2
(assert_return (invoke "run") (u32.const 2))
;;= /#0/$c component begun
;;= /#0/$c/$m import "" "return" func
;;= /#0/$c/$m allocated func 3
;;= /#0/$c/$m start 1 entered
;;= /#0/$c/$m start 1 left
;;= /#0/$c/$m done
;;= /#0/$c component done
