;;! title = "thread.suspend in a core start function traps when no other thread is ready"
;;! rules = ["CM-THR-02"]
;;! needs = ["component-model", "component-async"]
(assert_trap
  (component
    (core func $suspend (canon thread.suspend))
    (core module $M
      (import "" "suspend" (func $suspend (result i32)))
      (func $start (drop (call $suspend)))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "suspend" (func $suspend)))))))
  "cannot block a synchronous task before returning")
;;= /#0 component begun
;;= /#0/core#1 import "" "suspend" func
;;= /#0/core#1 allocated func 1
;;= /#0/core#1 start 1 entered
;;= /#0 rule CM-ASYNC-04 reading "Late"
;;= /#0 thread 1 blocked
;;= /#0/core#1 trap cannot-block in start
;;= /#0 locked
;;= /#0 trap cannot-block in start
