;;! title = "What stands after the definition that trapped does not run"
;;! rules = ["CM-TRAP-02"]
;;! needs = ["component-model"]
;; The second module would trap for another reason.
(assert_trap
  (component
    (core module $First (func $start (unreachable)) (start $start))
    (core module $Second (func $start (drop (i32.div_u (i32.const 1) (i32.const 0)))) (start $start))
    (core instance (instantiate $First))
    (core instance (instantiate $Second)))
  "unreachable")
(assert_trap
  (component
    (core module $First (func $start (unreachable)) (start $start))
    (core module $Second (func $start (drop (i32.div_u (i32.const 1) (i32.const 0)))) (start $start))
    (core instance (instantiate $Second))
    (core instance (instantiate $First)))
  "integer divide by zero")
