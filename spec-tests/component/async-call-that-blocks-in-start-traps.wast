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
