;;! title = "What blocks is allowed in an async run, and traps in a start function"
;;! rules = ["P2-RUN-09"]
;;! needs = ["component-model", "component-async"]
(component
  (component $Slow
    (core func $yield (canon thread.yield))
    (core module $M
      (import "" "yield" (func $yield (result i32)))
      (func (export "f") (result i32) (drop (call $yield)) (i32.const 7)))
    (core instance $m (instantiate $M (with "" (instance (export "yield" (func $yield))))))
    (func (export "f") async (result u32) (canon lift (core func $m "f"))))
  (component $Program
    (import "f" (func $f async (result u32)))
    (core func $f (canon lower (func $f)))
    (core module $M
      (import "" "f" (func $f (result i32)))
      (func $work (result i32) (call $f))
      (func (export "run") (result i32) (call $work)))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
    (func (export "run") async (result u32) (canon lift (core func $m "run"))))
  (instance $slow (instantiate $Slow))
  (instance $program (instantiate $Program (with "f" (func $slow "f"))))
  (export "run" (func $program "run")))
(assert_return (invoke "run") (u32.const 7))
(assert_trap
  (component
    (component $Slow
      ;; A yield may return at once; a wait for what never comes may not.
      (core module $Memory (memory (export "m") 1))
      (core instance $memory (instantiate $Memory))
      (core func $new (canon waitable-set.new))
      (core func $wait (canon waitable-set.wait (memory (core memory $memory "m"))))
      (core module $M
        (import "" "new" (func $new (result i32)))
        (import "" "wait" (func $wait (param i32 i32) (result i32)))
        (func (export "f") (result i32) (call $wait (call $new) (i32.const 0))))
      (core instance $m (instantiate $M
        (with "" (instance (export "new" (func $new)) (export "wait" (func $wait))))))
      (func (export "f") async (result u32) (canon lift (core func $m "f"))))
    (component $Program
      (import "f" (func $f async (result u32)))
      (core func $f (canon lower (func $f)))
      (core module $M
        (import "" "f" (func $f (result i32)))
        (func $work (result i32) (call $f))
        (func $start (drop (call $work)))
        (start $start)
        (func (export "run") (result i32) (call $work)))
      (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
      (func (export "run") async (result u32) (canon lift (core func $m "run"))))
    (instance $slow (instantiate $Slow))
    (instance $program (instantiate $Program (with "f" (func $slow "f"))))
    (export "run" (func $program "run")))
  "cannot block a synchronous task before returning")
