;;! title = "waitable-set.wait in a core start function traps where nothing could ever happen"
;;! rules = ["CM-ASYNC-01", "CM-ASYNC-02"]
;;! needs = ["component-model", "component-async"]
(assert_trap
  (component
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (core func $new (canon waitable-set.new))
    (core func $wait (canon waitable-set.wait (memory (core memory $memory "m"))))
    (core module $M
      (import "" "new" (func $new (result i32)))
      (import "" "wait" (func $wait (param i32 i32) (result i32)))
      (func $start (drop (call $wait (call $new) (i32.const 0))))
      (start $start))
    (core instance (instantiate $M
      (with "" (instance (export "new" (func $new)) (export "wait" (func $wait)))))))
  "cannot block a synchronous task before returning")
;;= /#0 component begun
;;= /#0/$memory allocated memory 1
;;= /#0/$memory done
;;= /#0/core#2 import "" "new" func
;;= /#0/core#2 import "" "wait" func
;;= /#0/core#2 allocated func 1
;;= /#0/core#2 start 2 entered
;;= /#0 rule CM-ASYNC-04 reading "Late"
;;= /#0 thread 1 blocked
;;= /#0/core#2 trap cannot-block in start
;;= /#0 locked
;;= /#0 trap cannot-block in start
