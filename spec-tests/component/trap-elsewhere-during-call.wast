;;! title = "A trap in another root while a call of the host waits does not end the call"
;;! rules = ["CM-TRAP-08"]
;;! needs = ["component-model", "component-async"]
;;! bugs = ["TRAP-LOCKS-INSTANCE"]
(component $B
  (core func $return (canon task.return))
  (core module $M
    (import "" "return" (func $return))
    ;; It has returned, and YIELDs.
    (func (export "f") (result i32) (call $return) (i32.const 1))
    (func (export "callback") (param i32 i32 i32) (result i32) (unreachable)))
  (core instance $m (instantiate $M (with "" (instance (export "return" (func $return))))))
  (func (export "f") async (canon lift (core func $m "f") async (callback (core func $m "callback")))))
(component $A
  (core func $return (canon task.return (result u32)))
  (core module $M
    (import "" "return" (func $return (param i32)))
    (global $left (mut i32) (i32.const 3))
    (func (export "f") (result i32) (i32.const 1))
    (func (export "callback") (param i32 i32 i32) (result i32)
      (global.set $left (i32.sub (global.get $left) (i32.const 1)))
      (if (global.get $left) (then (return (i32.const 1))))
      (call $return (i32.const 42))
      (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance (export "return" (func $return))))))
  (func (export "f") async (result u32) (canon lift (core func $m "f") async (callback (core func $m "callback")))))
(assert_return (invoke $B "f"))
(assert_return (invoke $A "f") (u32.const 42))
(assert_trap (invoke $B "f") "cannot enter component instance")
;;= /$B component begun
;;= /$B component done
;;= /$A component begun
;;= /$A component done
