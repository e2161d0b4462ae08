;;! title = "A component-level start of the asynchronous ABI that waits before it has returned traps"
;;! rules = ["CM-START-08"]
;;! needs = ["component-model", "values", "component-async"]
(assert_trap
  (component
    (core func $return (canon task.return))
    (core func $new (canon waitable-set.new))
    (core module $M
      (import "" "return" (func $return))
      (import "" "new" (func $new (result i32)))
      ;; WAIT is 2
      (func (export "start") (result i32) (i32.or (i32.const 2) (i32.shl (call $new) (i32.const 4))))
      (func (export "cb") (param i32 i32 i32) (result i32) (call $return) (i32.const 0)))
    (core instance $m (instantiate $M
      (with "" (instance (export "return" (func $return)) (export "new" (func $new))))))
    (func $start async (canon lift (core func $m "start") async (callback (core func $m "cb"))))
    (start $start))
  "cannot block a synchronous task before returning")
