;;! title = "A task that waits to enter does not start while a synchronous call of its instance yields"
;;! rules = ["CM-ASYNC-23"]
;;! needs = ["component-model", "component-async"]
(component
  (component $C
    (core func $inc (canon backpressure.inc))
    (core func $dec (canon backpressure.dec))
    (core func $yield (canon thread.yield))
    (core module $M
      (import "" "inc" (func $inc))
      (import "" "dec" (func $dec))
      (import "" "yield" (func $yield (result i32)))
      (global $seen (mut i32) (i32.const 0))
      (func $start (call $inc))
      (start $start)
      (func (export "f") (result i32) (global.set $seen (i32.const 1)) (i32.const 7))
      ;; Nothing holds "f" back from here on, but only a thread of the instance may run beneath this call.
      (func (export "g") (result i32)
        (local $n i32)
        (call $dec)
        (loop $again
          (drop (call $yield))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $n) (i32.const 100))))
        (global.get $seen)))
    (core instance $m (instantiate $M (with "" (instance
      (export "inc" (func $inc)) (export "dec" (func $dec)) (export "yield" (func $yield))))))
    (func (export "f") async (result u32) (canon lift (core func $m "f")))
    (func (export "g") (result u32) (canon lift (core func $m "g"))))
  (component $D
    (import "f" (func $f async (result u32)))
    (import "g" (func $g (result u32)))
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (core func $f (canon lower (func $f) async (memory (core memory $memory "m"))))
    (core func $g (canon lower (func $g)))
    (core func $new (canon waitable-set.new))
    (core func $join (canon waitable.join))
    (core func $wait (canon waitable-set.wait (memory (core memory $memory "m"))))
    (core module $M
      (import "" "m" (memory 1))
      (import "" "f" (func $f (param i32) (result i32)))
      (import "" "g" (func $g (result i32)))
      (import "" "new" (func $new (result i32)))
      (import "" "join" (func $join (param i32 i32)))
      (import "" "wait" (func $wait (param i32 i32) (result i32)))
      (func (export "run") (result i32)
        (local $packed i32) (local $set i32)
        (local.set $packed (call $f (i32.const 16)))
        ;; STARTING is 0
        (if (i32.and (local.get $packed) (i32.const 15)) (then (unreachable)))
        (if (call $g) (then (return (i32.const 1))))
        (local.set $set (call $new))
        (call $join (i32.shr_u (local.get $packed) (i32.const 4)) (local.get $set))
        ;; It starts and returns now; until the last event says RETURNED, which is 2.
        (loop $again
          (drop (call $wait (local.get $set) (i32.const 0)))
          (br_if $again (i32.ne (i32.load (i32.const 4)) (i32.const 2))))
        (i32.load (i32.const 16))))
    (core instance $m (instantiate $M (with "" (instance
      (export "m" (memory $memory "m")) (export "f" (func $f)) (export "g" (func $g))
      (export "new" (func $new)) (export "join" (func $join)) (export "wait" (func $wait))))))
    (func (export "run") async (result u32) (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "f" (func $c "f")) (with "g" (func $c "g"))))
  (export "run" (func $d "run")))
;; 1: it was seen beneath the call
(assert_return (invoke "run") (u32.const 7))
;;= /#0/$c component begun
;;= /#0/$c/$m import "" "inc" func
;;= /#0/$c/$m import "" "dec" func
;;= /#0/$c/$m import "" "yield" func
;;= /#0/$c/$m global 0 = i32:0
;;= /#0/$c/$m allocated func 3 global 1
;;= /#0/$c/$m start 3 entered
;;= /#0/$c/$m start 3 left
;;= /#0/$c/$m done
;;= /#0/$c component done
