;;! title = "task.cancel in a core start function traps, since no task was lifted async"
;;! rules = ["CM-ASYNC-13"]
;;! needs = ["component-model", "component-async"]
(assert_trap
  (component
    (core func $cancel (canon task.cancel))
    (core module $M
      (import "" "cancel" (func $cancel))
      (func $start (call $cancel))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "cancel" (func $cancel)))))))
  "`task.cancel` called by task which has not been cancelled")
