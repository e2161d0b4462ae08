;;! title = "A synchronous subtask.cancel returns the final state, though the start of the call is still an event"
;;! rules = ["CM-ASYNC-24"]
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
      ;; Lets others run and knows of no cancellation.
      (func (export "f") (result i32)
        (global.set $seen (i32.const 1))
        (drop (call $yield)) (drop (call $yield)) (drop (call $yield))
        (i32.const 7))
      (func (export "dec") (call $dec))
      (func (export "seen") (result i32) (global.get $seen)))
    (core instance $m (instantiate $M (with "" (instance
      (export "inc" (func $inc)) (export "dec" (func $dec)) (export "yield" (func $yield))))))
    (func (export "f") async (result u32) (canon lift (core func $m "f")))
    (func (export "dec") (canon lift (core func $m "dec")))
    (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
  (component $D
    (import "f" (func $f async (result u32)))
    (import "dec" (func $dec))
    (import "seen" (func $seen (result u32)))
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (core func $f (canon lower (func $f) async (memory (core memory $memory "m"))))
    (core func $dec (canon lower (func $dec)))
    (core func $seen (canon lower (func $seen)))
    (core func $yield (canon thread.yield))
    (core func $cancel (canon subtask.cancel))
    (core func $drop (canon subtask.drop))
    (core module $M
      (import "" "m" (memory 1))
      (import "" "f" (func $f (param i32) (result i32)))
      (import "" "dec" (func $dec))
      (import "" "seen" (func $seen (result i32)))
      (import "" "yield" (func $yield (result i32)))
      (import "" "cancel" (func $cancel (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "run") (result i32)
        (local $call i32) (local $state i32)
        (local.set $call (call $f (i32.const 16)))
        ;; STARTING is 0
        (if (i32.and (local.get $call) (i32.const 15)) (then (unreachable)))
        (local.set $call (i32.shr_u (local.get $call) (i32.const 4)))
        (call $dec)
        (loop $again (drop (call $yield)) (br_if $again (i32.eqz (call $seen))))
        (local.set $state (call $cancel (local.get $call)))
        (if (i32.eq (local.get $state) (i32.const 2)) (then (call $drop (local.get $call))))
        (i32.add (i32.mul (local.get $state) (i32.const 10)) (i32.load (i32.const 16)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "m" (memory $memory "m")) (export "f" (func $f)) (export "dec" (func $dec)) (export "seen" (func $seen))
      (export "yield" (func $yield)) (export "cancel" (func $cancel)) (export "drop" (func $drop))))))
    (func (export "run") async (result u32) (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D
    (with "f" (func $c "f")) (with "dec" (func $c "dec")) (with "seen" (func $c "seen"))))
  (export "run" (func $d "run")))
;; RETURNED is 2, and the result is 7; STARTED would be 1
(assert_return (invoke "run") (u32.const 27))
;;= /#0/$c component begun
;;= /#0/$c/$m import "" "inc" func
;;= /#0/$c/$m import "" "dec" func
;;= /#0/$c/$m import "" "yield" func
;;= /#0/$c/$m global 0 = i32:0
;;= /#0/$c/$m allocated func 4 global 1
;;= /#0/$c/$m start 3 entered
;;= /#0/$c/$m start 3 left
;;= /#0/$c/$m done
;;= /#0/$c component done
