;;! title = "A synchronous call in a core start function of an async function that blocks traps"
;;! rules = ["CM-ASYNC-03"]
;;! needs = ["component-model", "component-async"]
(assert_trap
  (component
    (component $C
      (core func $yield (canon thread.yield))
      (core module $M
        (import "" "yield" (func $yield (result i32)))
        (func (export "f") (drop (call $yield))))
      (core instance $m (instantiate $M (with "" (instance (export "yield" (func $yield))))))
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
