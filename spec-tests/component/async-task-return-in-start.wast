;;! title = "task.return in a core start function traps, since no task was lifted async"
;;! rules = ["CM-ASYNC-13"]
;;! needs = ["component-model", "component-async"]
(assert_trap
  (component
    (core func $return (canon task.return))
    (core module $M
      (import "" "return" (func $return))
      (func $start (call $return))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "return" (func $return)))))))
  "invalid `task.return` signature and/or options for current task")
;;= /#0 component begun
;;= /#0/core#1 import "" "return" func
;;= /#0/core#1 allocated func 1
;;= /#0/core#1 start 1 entered
;;= /#0/core#1 trap canonical-abi in start
;;= /#0 locked
;;= /#0 trap canonical-abi in start
