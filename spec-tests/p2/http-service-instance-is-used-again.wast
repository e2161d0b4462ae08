;;! title = "One instance of a service takes many calls and another takes one, and each is started once"
;;! rules = ["P2-HTTP-01", "P2-HTTP-02"]
;;! needs = ["component-model", "component-async"]
(component definition $Service
  (core module $M
    (global $started (mut i32) (i32.const 0))
    (global $handled (mut i32) (i32.const 0))
    (func $start (global.set $started (i32.add (global.get $started) (i32.const 1))))
    (start $start)
    ;; How often it was started, times 10, and how many requests this instance has handled.
    (func (export "handle") (result i32)
      (global.set $handled (i32.add (global.get $handled) (i32.const 1)))
      (i32.add (i32.mul (global.get $started) (i32.const 10)) (global.get $handled))))
  (core instance $m (instantiate $M))
  (func (export "handle") async (result u32) (canon lift (core func $m "handle"))))
(component instance $used_again $Service)
(assert_return (invoke $used_again "handle") (u32.const 11))
(assert_return (invoke $used_again "handle") (u32.const 12))
(assert_return (invoke $used_again "handle") (u32.const 13))
(component instance $fresh $Service)
(assert_return (invoke $fresh "handle") (u32.const 11))
