;;! title = "An async-lowered call that a core start function made goes on after it, and a later call waits for its end"
;;! rules = ["CM-ASYNC-08", "CM-ASYNC-09", "CM-ASYNC-16"]
;;! needs = ["component-model", "component-async"]
(component $Main
  (component $C
    (core func $yield (canon thread.yield))
    (core module $M
      (import "" "yield" (func $yield (result i32)))
      ;; One of many yields blocks, although one alone need not (definitions.py, Thread.wait_until).
      (func (export "f") (result i32)
        (local $n i32)
        (loop $again
          (drop (call $yield))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $n) (i32.const 20))))
        (i32.const 7)))
    (core instance $m (instantiate $M (with "" (instance (export "yield" (func $yield))))))
    (func (export "f") async (result u32) (canon lift (core func $m "f"))))
  (component $D
    (import "f" (func $f async (result u32)))
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (core func $f (canon lower (func $f) async (memory (core memory $memory "m"))))
    (core func $new (canon waitable-set.new))
    (core func $join (canon waitable.join))
    (core func $wait (canon waitable-set.wait (memory (core memory $memory "m"))))
    (core module $M
      (import "" "m" (memory 1))
      (import "" "f" (func $f (param i32) (result i32)))
      (import "" "new" (func $new (result i32)))
      (import "" "join" (func $join (param i32 i32)))
      (import "" "wait" (func $wait (param i32 i32) (result i32)))
      (global $set (mut i32) (i32.const 0))
      (func $start
        (local $packed i32)
        (local.set $packed (call $f (i32.const 16)))
        ;; STARTED is 1
        (if (i32.ne (i32.and (local.get $packed) (i32.const 15)) (i32.const 1)) (then (unreachable)))
        (if (i32.load (i32.const 16)) (then (unreachable)))
        (global.set $set (call $new))
        (call $join (i32.shr_u (local.get $packed) (i32.const 4)) (global.get $set)))
      (start $start)
      (func (export "finish") (result i32)
        ;; SUBTASK is 1, RETURNED is 2
        (if (i32.ne (call $wait (global.get $set) (i32.const 0)) (i32.const 1)) (then (unreachable)))
        (if (i32.ne (i32.load (i32.const 4)) (i32.const 2)) (then (unreachable)))
        (i32.load (i32.const 16))))
    (core instance $m (instantiate $M (with "" (instance
      (export "m" (memory $memory "m")) (export "f" (func $f)) (export "new" (func $new))
      (export "join" (func $join)) (export "wait" (func $wait))))))
    (func (export "finish") async (result u32) (canon lift (core func $m "finish"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "f" (func $c "f"))))
  (export "finish" (func $d "finish")))
(assert_return (invoke "finish") (u32.const 7))
;;= /$Main/$c component begun
;;= /$Main/$c component done
;;= /$Main/$c task "func 0" started
;;= /$Main/$c thread 1 blocked
