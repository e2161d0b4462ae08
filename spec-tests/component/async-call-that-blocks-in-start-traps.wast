;;! title = "A synchronous call in a core start function of an async function that blocks traps"
;;! rules = ["CM-ASYNC-03"]
;;! needs = ["component-model", "component-async"]
(assert_trap
  (component
    (component $C
      (core module $Memory (memory (export "m") 1))
      (core instance $memory (instantiate $Memory))
      (core func $new (canon waitable-set.new))
      (core func $wait (canon waitable-set.wait (memory (core memory $memory "m"))))
      (core module $M
        (import "" "new" (func $new (result i32)))
        (import "" "wait" (func $wait (param i32 i32) (result i32)))
        (func (export "f") (drop (call $wait (call $new) (i32.const 0)))))
      (core instance $m (instantiate $M
        (with "" (instance (export "new" (func $new)) (export "wait" (func $wait))))))
      (func (export "f") async (canon lift (core func $m "f"))))
    (component $D
      (import "f" (func $f async))
      (core func $f (canon lower (func $f)))
      (core module $M
        (import "" "f" (func $f))
        (func $start (call $f))
        (start $start))
      (core instance (instantiate $M (with "" (instance (export "f" (func $f)))))))
    (instance $c (instantiate $C))
    (instance (instantiate $D (with "f" (func $c "f")))))
  "cannot block a synchronous task before returning")
;;= /#0 component begun
;;= /#0/$c component begun
;;= /#0/$c/$memory allocated memory 1
;;= /#0/$c/$memory done
;;= /#0/$c/$m import "" "new" func
;;= /#0/$c/$m import "" "wait" func
;;= /#0/$c/$m allocated func 1
;;= /#0/$c/$m done
;;= /#0/$c component done
;;= /#0/#1 component begun
;;= /#0/#1 import "" "f" func
;;= /#0/#1/core#1 import "" "f" func
;;= /#0/#1/core#1 allocated func 1
;;= /#0/#1/core#1 start 1 entered
;;= /#0/#1 rule CM-ASYNC-04 reading "Late"
;;= /#0/$c task "func 0" started
;;= /#0/$c thread 1 blocked
;;= /#0/#1 thread 1 blocked
;;= /#0/#1/core#1 trap cannot-block in start
;;= /#0/#1 locked
;;= /#0/#1 trap cannot-block in start
;;= /#0 locked
;;= /#0 trap cannot-block in start
