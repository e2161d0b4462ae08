;;! title = "The result of a call whose caller has trapped meanwhile goes nowhere, and a call that waits does not begin"
;;! rules = ["CM-TRAP-07"]
;;! needs = ["component-model", "component-async"]
;;! bugs = ["TRAP-LOCKS-INSTANCE"]
(component $B
  (core module $Memory (memory (export "m") 1) (data (i32.const 16) "ab"))
  (core instance $memory (instantiate $Memory))
  (type $go (future u8))
  (core func $return (canon task.return (result string) (memory (core memory $memory "m"))))
  (core func $new (canon future.new $go))
  (core func $read (canon future.read $go async (memory (core memory $memory "m"))))
  (core func $write (canon future.write $go async (memory (core memory $memory "m"))))
  (core func $new-set (canon waitable-set.new))
  (core func $yield (canon thread.yield))
  (core func $join (canon waitable.join))
  (core func $inc (canon backpressure.inc)) (core func $dec (canon backpressure.dec))
  (core module $M
    (import "" "return" (func $return (param i32 i32)))
    (import "" "inc" (func $inc)) (import "" "dec" (func $dec))
    (import "" "new" (func $new (result i64)))
    (import "" "read" (func $read (param i32 i32) (result i32)))
    (import "" "write" (func $write (param i32 i32) (result i32)))
    (import "" "new-set" (func $new-set (result i32))) (import "" "join" (func $join (param i32 i32)))
    (import "" "yield" (func $yield (result i32)))
    (global $go (mut i32) (i32.const 0)) (global $begun (mut i32) (i32.const 0))
    (global $returned (mut i32) (i32.const 0))
    ;; Waits (WAIT is 2) until "open" writes to the future that it reads.
    (func (export "slow") (result i32)
      (local $ends i64) (local $set i32)
      (global.set $begun (i32.add (global.get $begun) (i32.const 1)))
      (local.set $ends (call $new))
      (global.set $go (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (drop (call $read (i32.wrap_i64 (local.get $ends)) (i32.const 32)))
      (local.set $set (call $new-set))
      (call $join (i32.wrap_i64 (local.get $ends)) (local.get $set))
      (i32.or (i32.const 2) (i32.shl (local.get $set) (i32.const 4))))
    (func (export "slow-callback") (param i32 i32 i32) (result i32)
      (call $return (i32.const 16) (i32.const 2))
      (global.set $returned (i32.add (global.get $returned) (i32.const 1)))
      (i32.const 0))
    (func (export "close") (call $inc))
    (func (export "open")
      (call $dec)
      (drop (call $write (global.get $go) (i32.const 33))))
    (func (export "begun") (result i32) (global.get $begun))
    ;; Yields until it is so: a yield may let nobody run (definitions.py, Thread.wait_until).
    (func (export "returned") (result i32)
      (local $n i32)
      (loop $again
        (drop (call $yield))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $again (i32.and (i32.eqz (global.get $returned)) (i32.lt_u (local.get $n) (i32.const 1000)))))
      (global.get $returned)))
  (core instance $m (instantiate $M (with "" (instance
    (export "return" (func $return)) (export "inc" (func $inc)) (export "dec" (func $dec))
    (export "new" (func $new)) (export "read" (func $read)) (export "write" (func $write))
    (export "new-set" (func $new-set)) (export "join" (func $join))
    (export "yield" (func $yield))))))
  (func (export "slow") async (result string)
    (canon lift (core func $m "slow") async (memory (core memory $memory "m"))
      (callback (core func $m "slow-callback"))))
  (func (export "close") (canon lift (core func $m "close"))) (func (export "open") (canon lift (core func $m "open")))
  (func (export "begun") (result u32) (canon lift (core func $m "begun")))
  (func (export "returned") async (result u32) (canon lift (core func $m "returned"))))
(register "b" $B)
(component $A
  (import "b" (instance $b
    (export "slow" (func async (result string)))
    (export "close" (func))))
  (core module $Memory
    (memory (export "m") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (unreachable)))
  (core instance $memory (instantiate $Memory))
  (core func $slow
    (canon lower (func $b "slow") async (memory (core memory $memory "m")) (realloc (core func $memory "realloc"))))
  (core func $close (canon lower (func $b "close")))
  (core module $M
    (import "" "slow" (func $slow (param i32) (result i32)))
    (import "" "close" (func $close))
    ;; One call is STARTED, the other STARTING.
    (func (export "call")
      (if (i32.ne (i32.and (call $slow (i32.const 0)) (i32.const 15)) (i32.const 1)) (then (unreachable)))
      (call $close)
      (if (i32.and (call $slow (i32.const 8)) (i32.const 15)) (then (unreachable))))
    (func (export "fail") (unreachable)))
  (core instance $m (instantiate $M (with "" (instance (export "slow" (func $slow)) (export "close" (func $close))))))
  (func (export "call") (canon lift (core func $m "call")))
  (func (export "fail") (canon lift (core func $m "fail"))))
(assert_return (invoke $A "call"))
(assert_return (invoke $B "begun") (u32.const 1))
(assert_trap (invoke $A "fail") "unreachable")
(assert_return (invoke $B "open"))
;; The task goes on and returns, but A's allocator, which would trap, is not called.
(assert_return (invoke $B "returned") (u32.const 1))
(assert_return (invoke $B "begun") (u32.const 1))
;;= /$B component begun
;;= /$B component done
;;= /$A component begun
;;= /$A import "" "b" instance
;;= /$A component done
