;;! title = "Backpressure that start asks for holds back the very first request of a service"
;;! rules = ["P2-HTTP-03"]
;;! needs = ["component-model", "component-async"]
(component
  (component $Busy
    (core func $inc (canon backpressure.inc))
    (core module $M
      (import "" "inc" (func $inc))
      (func $start (call $inc))
      (start $start)
      (func (export "handle") (result i32) (i32.const 200)))
    (core instance $m (instantiate $M (with "" (instance (export "inc" (func $inc))))))
    (func (export "handle") async (result u32) (canon lift (core func $m "handle"))))
  (component $Free
    (core func $inc (canon backpressure.inc))
    (core module $M
      (import "" "inc" (func $inc))
      (func $start nop)
      (start $start)
      (func (export "handle") (result i32) (i32.const 200)))
    (core instance $m (instantiate $M (with "" (instance (export "inc" (func $inc))))))
    (func (export "handle") async (result u32) (canon lift (core func $m "handle"))))
  (component $Host
    (import "busy" (func $busy async (result u32)))
    (import "free" (func $free async (result u32)))
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (core func $busy (canon lower (func $busy) async (memory (core memory $memory "m"))))
    (core func $free (canon lower (func $free) async (memory (core memory $memory "m"))))
    (core module $M
      (import "" "busy" (func $busy (param i32) (result i32)))
      (import "" "free" (func $free (param i32) (result i32)))
      ;; The states of both calls, in decimal digits: STARTING is 0, RETURNED is 2.
      (func (export "states") (result i32)
        (i32.add
          (i32.mul (i32.const 10) (i32.and (call $busy (i32.const 16)) (i32.const 15)))
          (i32.and (call $free (i32.const 20)) (i32.const 15)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "busy" (func $busy)) (export "free" (func $free))))))
    (func (export "states") async (result u32) (canon lift (core func $m "states"))))
  (instance $b (instantiate $Busy))
  (instance $f (instantiate $Free))
  (instance $host (instantiate $Host (with "busy" (func $b "handle")) (with "free" (func $f "handle"))))
  (export "states" (func $host "states")))
(assert_return (invoke "states") (u32.const 2))
