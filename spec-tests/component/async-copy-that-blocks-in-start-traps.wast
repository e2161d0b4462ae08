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
;;= /#0 component begun
;;= /#0/$memory allocated memory 1
;;= /#0/$memory done
;;= /#0/core#2 import "" "new" func
;;= /#0/core#2 import "" "copy" func
;;= /#0/core#2 allocated func 1
;;= /#0/core#2 start 2 entered
;;= /#0 rule CM-ASYNC-04 reading "Late"
;;= /#0 thread 1 blocked
;;= /#0/core#2 trap cannot-block in start
;;= /#0 locked
;;= /#0 trap cannot-block in start
;;= /#1 component begun
;;= /#1 rule CM-ASYNC-04 reading "Late"
;;= /#1 thread 1 blocked
;;= /#1 locked
;;= /#1 trap cannot-block in start
;;= /#2 component begun
;;= /#2 rule CM-ASYNC-04 reading "Late"
;;= /#2 thread 1 blocked
;;= /#2 locked
;;= /#2 trap cannot-block in start
;;= /#3 component begun
;;= /#3 rule CM-ASYNC-04 reading "Late"
;;= /#3 thread 1 blocked
;;= /#3 locked
;;= /#3 trap cannot-block in start
