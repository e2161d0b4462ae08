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
