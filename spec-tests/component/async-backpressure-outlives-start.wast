;;! title = "Backpressure that start asked for holds async calls back until it is taken away; others pass"
;;! rules = ["CM-ASYNC-11"]
;;! needs = ["component-model", "component-async"]
(component
  (component $C
    (core func $inc (canon backpressure.inc))
    (core func $dec (canon backpressure.dec))
    (core module $M
      (import "" "inc" (func $inc))
      (import "" "dec" (func $dec))
      (func $start (call $inc))
      (start $start)
      (func (export "f") (result i32) (i32.const 7))
      (func (export "dec") (call $dec)))
    (core instance $m (instantiate $M
      (with "" (instance (export "inc" (func $inc)) (export "dec" (func $dec))))))
    (func (export "f") async (result u32) (canon lift (core func $m "f")))
    (func (export "dec") (canon lift (core func $m "dec"))))
  (component $D
    (import "f" (func $f async (result u32)))
    (import "dec" (func $dec))
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (core func $f (canon lower (func $f) async (memory (core memory $memory "m"))))
    (core func $dec (canon lower (func $dec)))
    (core func $new (canon waitable-set.new))
    (core func $join (canon waitable.join))
    (core func $wait (canon waitable-set.wait (memory (core memory $memory "m"))))
    (core module $M
      (import "" "m" (memory 1))
      (import "" "f" (func $f (param i32) (result i32)))
      (import "" "dec" (func $dec))
      (import "" "new" (func $new (result i32)))
      (import "" "join" (func $join (param i32 i32)))
      (import "" "wait" (func $wait (param i32 i32) (result i32)))
      (func (export "run") (result i32)
        (local $packed i32) (local $set i32)
        (local.set $packed (call $f (i32.const 16)))
        ;; STARTING is 0
        (if (i32.and (local.get $packed) (i32.const 15)) (then (unreachable)))
        (local.set $set (call $new))
        (call $join (i32.shr_u (local.get $packed) (i32.const 4)) (local.get $set))
        (call $dec)
        (drop (call $wait (local.get $set) (i32.const 0)))
        ;; the last event says RETURNED, which is 2
        (if (i32.ne (i32.load (i32.const 4)) (i32.const 2)) (then (unreachable)))
        (i32.load (i32.const 16))))
    (core instance $m (instantiate $M (with "" (instance
      (export "m" (memory $memory "m")) (export "f" (func $f)) (export "dec" (func $dec))
      (export "new" (func $new)) (export "join" (func $join)) (export "wait" (func $wait))))))
    (func (export "run") async (result u32) (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "f" (func $c "f")) (with "dec" (func $c "dec"))))
  (export "run" (func $d "run")))
(assert_return (invoke "run") (u32.const 7))
;;= /#0/$c component begun
;;= /#0/$c/$m import "" "inc" func
;;= /#0/$c/$m import "" "dec" func
;;= /#0/$c/$m allocated func 3
;;= /#0/$c/$m start 2 entered
;;= /#0/$c/$m start 2 left
;;= /#0/$c/$m done
;;= /#0/$c component done
