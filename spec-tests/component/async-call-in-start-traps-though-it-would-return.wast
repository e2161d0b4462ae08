;;! title = "A call in a core start function of an async function that blocks traps, though it would return"
;;! rules = ["CM-ASYNC-03", "CM-ASYNC-01"]
;;! needs = ["component-model", "component-async"]
;; In an async export the same may block, and goes on.
(component
  (component $C
    (core func $return (canon task.return (result u32)))
    (core module $M
      (import "" "return" (func $return (param i32)))
      (global $left (mut i32) (i32.const 20))
      ;; Yields (YIELD is 1) again and again, and returns. One of many yields blocks, although one alone need not
      ;; (definitions.py, Thread.wait_until).
      (func (export "f") (result i32) (i32.const 1))
      (func (export "cb") (param i32 i32 i32) (result i32)
        (global.set $left (i32.sub (global.get $left) (i32.const 1)))
        (if (global.get $left) (then (return (i32.const 1))))
        (call $return (i32.const 7))
        (i32.const 0)))
    (core instance $m (instantiate $M (with "" (instance (export "return" (func $return))))))
    (func (export "f") async (result u32) (canon lift (core func $m "f") async (callback (core func $m "cb")))))
  (component $D
    (import "f" (func $f async (result u32)))
    (core func $f (canon lower (func $f)))
    (core module $M
      (import "" "f" (func $f (result i32)))
      (func (export "run") (result i32) (call $f)))
    (core instance $d (instantiate $M (with "" (instance (export "f" (func $f))))))
    (func (export "run") async (result u32) (canon lift (core func $d "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "f" (func $c "f"))))
  (export "run" (func $d "run")))
(assert_return (invoke "run") (u32.const 7))
(assert_trap
  (component
    (component $C
      (core func $return (canon task.return (result u32)))
      (core module $M
        (import "" "return" (func $return (param i32)))
        (global $left (mut i32) (i32.const 20))
        ;; Yields (YIELD is 1) again and again, and returns. One of many yields blocks, although one alone need not
        ;; (definitions.py, Thread.wait_until).
        (func (export "f") (result i32) (i32.const 1))
        (func (export "cb") (param i32 i32 i32) (result i32)
          (global.set $left (i32.sub (global.get $left) (i32.const 1)))
          (if (global.get $left) (then (return (i32.const 1))))
          (call $return (i32.const 7))
          (i32.const 0)))
      (core instance $m (instantiate $M (with "" (instance (export "return" (func $return))))))
      (func (export "f") async (result u32) (canon lift (core func $m "f") async (callback (core func $m "cb")))))
    (component $D
      (import "f" (func $f async (result u32)))
      (core func $f (canon lower (func $f)))
      (core module $M
        (import "" "f" (func $f (result i32)))
        (func $start (drop (call $f)))
        (start $start))
      (core instance $d (instantiate $M (with "" (instance (export "f" (func $f)))))))
    (instance $c (instantiate $C))
    (instance (instantiate $D (with "f" (func $c "f")))))
  "cannot block a synchronous task before returning")
