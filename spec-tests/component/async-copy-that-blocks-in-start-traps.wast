;;! title = "Synchronous reads and writes of streams and futures that block in a core start function trap"
;;! rules = ["CM-ASYNC-05"]
;;! needs = ["component-model", "component-async"]
(assert_trap
  (component
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (type $t (stream u8))
    (core func $new (canon stream.new $t))
    (core func $copy (canon stream.read $t (memory (core memory $memory "m"))))
    (core module $M
      (import "" "new" (func $new (result i64)))
      (import "" "copy" (func $copy (param i32 i32 i32) (result i32)))
      (func $start
        (drop (call $copy (i32.wrap_i64 (call $new)) (i32.const 0) (i32.const 1))))
      (start $start))
    (core instance (instantiate $M
      (with "" (instance (export "new" (func $new)) (export "copy" (func $copy)))))))
  "cannot block a synchronous task before returning")
(assert_trap
  (component
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (type $t (stream u8))
    (core func $new (canon stream.new $t))
    (core func $copy (canon stream.write $t (memory (core memory $memory "m"))))
    (core module $M
      (import "" "new" (func $new (result i64)))
      (import "" "copy" (func $copy (param i32 i32 i32) (result i32)))
      (func $start
        (drop (call $copy (i32.wrap_i64 (i64.shr_u (call $new) (i64.const 32))) (i32.const 0) (i32.const 1))))
      (start $start))
    (core instance (instantiate $M
      (with "" (instance (export "new" (func $new)) (export "copy" (func $copy)))))))
  "cannot block a synchronous task before returning")
(assert_trap
  (component
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (type $t (future u8))
    (core func $new (canon future.new $t))
    (core func $copy (canon future.read $t (memory (core memory $memory "m"))))
    (core module $M
      (import "" "new" (func $new (result i64)))
      (import "" "copy" (func $copy (param i32 i32) (result i32)))
      (func $start
        (drop (call $copy (i32.wrap_i64 (call $new)) (i32.const 0))))
      (start $start))
    (core instance (instantiate $M
      (with "" (instance (export "new" (func $new)) (export "copy" (func $copy)))))))
  "cannot block a synchronous task before returning")
(assert_trap
  (component
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (type $t (future u8))
    (core func $new (canon future.new $t))
    (core func $copy (canon future.write $t (memory (core memory $memory "m"))))
    (core module $M
      (import "" "new" (func $new (result i64)))
      (import "" "copy" (func $copy (param i32 i32) (result i32)))
      (func $start
        (drop (call $copy (i32.wrap_i64 (i64.shr_u (call $new) (i64.const 32))) (i32.const 0))))
      (start $start))
    (core instance (instantiate $M
      (with "" (instance (export "new" (func $new)) (export "copy" (func $copy)))))))
  "cannot block a synchronous task before returning")
