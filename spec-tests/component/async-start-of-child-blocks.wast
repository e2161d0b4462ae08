;;! title = "What becomes of a component whose child blocks while it starts is recorded"
;;! rules = ["CM-ASYNC-18"]
;;! needs = ["component-model", "component-async"]
(assert_trap
  (component
    (component $Child
      (core module $Memory (memory (export "m") 1))
      (core instance $memory (instantiate $Memory))
      (type $t (future u8))
      (core func $new (canon future.new $t))
      (core func $read (canon future.read $t (memory (core memory $memory "m"))))
      (core module $M
        (import "" "new" (func $new (result i64)))
        (import "" "read" (func $read (param i32 i32) (result i32)))
        ;; nobody writes
        (func $start (drop (call $read (i32.wrap_i64 (call $new)) (i32.const 8))))
        (start $start))
      (core instance (instantiate $M (with "" (instance
        (export "new" (func $new)) (export "read" (func $read)))))))
    (instance (instantiate $Child)))
  "deadlock detected: event loop cannot make further progress")
;;= /#0 component begun
;;= /#0/#0 component begun
;;= /#0/#0/$memory allocated memory 1
;;= /#0/#0/$memory done
;;= /#0/#0/core#2 import "" "new" func
;;= /#0/#0/core#2 import "" "read" func
;;= /#0/#0/core#2 allocated func 1
;;= /#0/#0/core#2 start 2 entered
;;= /#0/#0 rule CM-ASYNC-04 reading "Late"
;;= /#0/#0 thread 1 blocked
;;= /#0/#0/core#2 trap cannot-block in start
;;= /#0/#0 locked
;;= /#0/#0 trap cannot-block in start
;;= /#0 locked
;;= /#0 trap cannot-block in start
