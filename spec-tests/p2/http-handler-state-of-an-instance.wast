;;! title = "Which state a request to an incoming-handler finds depends on the host's choice of instances"
;;! rules = ["P2-HTTP-04"]
;;! needs = ["component-model"]
(component definition $Handler
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
  (func (export "handle") (result u32) (canon lift (core func $m "handle"))))
(component instance $first $Handler)
(assert_return (invoke $first "handle") (u32.const 11))
(component instance $second $Handler)
(assert_return (invoke $second "handle") (u32.const 11))
(assert_return (invoke $first "handle") (u32.const 12))
