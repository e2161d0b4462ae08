;;! title = "waitable-set.wait in a core start function returns an event that is there already"
;;! rules = ["CM-ASYNC-02"]
;;! needs = ["component-model", "component-async"]
(component
  (core module $Memory (memory (export "m") 1))
  (core instance $memory (instantiate $Memory))
  (type $t (stream u8))
  (core func $new-stream (canon stream.new $t))
  (core func $read (canon stream.read $t async (memory (core memory $memory "m"))))
  (core func $write (canon stream.write $t async (memory (core memory $memory "m"))))
  (core func $new (canon waitable-set.new))
  (core func $join (canon waitable.join))
  (core func $wait (canon waitable-set.wait (memory (core memory $memory "m"))))
  (core module $M
    (import "" "m" (memory 1))
    (import "" "new-stream" (func $new-stream (result i64)))
    (import "" "read" (func $read (param i32 i32 i32) (result i32)))
    (import "" "write" (func $write (param i32 i32 i32) (result i32)))
    (import "" "new" (func $new (result i32)))
    (import "" "join" (func $join (param i32 i32)))
    (import "" "wait" (func $wait (param i32 i32) (result i32)))
    (global $event (mut i32) (i32.const -1))
    (func $start
      (local $ends i64) (local $writable i32) (local $set i32)
      (local.set $ends (call $new-stream))
      (local.set $writable (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (drop (call $write (local.get $writable) (i32.const 16) (i32.const 2)))
      (drop (call $read (i32.wrap_i64 (local.get $ends)) (i32.const 32) (i32.const 2)))
      (local.set $set (call $new))
      (call $join (local.get $writable) (local.get $set))
      (global.set $event (call $wait (local.get $set) (i32.const 0))))
    (start $start)
    (func (export "event") (result i32)
      (i32.add (i32.mul (global.get $event) (i32.const 100)) (i32.load (i32.const 4)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "m" (memory $memory "m")) (export "new-stream" (func $new-stream)) (export "read" (func $read))
    (export "write" (func $write)) (export "new" (func $new)) (export "join" (func $join))
    (export "wait" (func $wait))))))
  (func (export "event") (result u32) (canon lift (core func $m "event"))))
;; STREAM_WRITE is 3; COMPLETED with two elements is 0x20
(assert_return (invoke "event") (u32.const 332))
