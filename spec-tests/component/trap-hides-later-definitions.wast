;;! title = "What stands after the definition that trapped does not run"
;;! rules = ["CM-TRAP-02"]
;;! needs = ["component-model"]
;; The second module would trap for another reason.
(assert_trap
  (component
    (core module $First (func $start (unreachable)) (start $start))
    (core module $Second (func $start (drop (i32.div_u (i32.const 1) (i32.const 0)))) (start $start))
    (core instance $a (instantiate $First))
    (core instance $b (instantiate $Second)))
  "unreachable")
(assert_trap
  (component
    (core module $First (func $start (unreachable)) (start $start))
    (core module $Second (func $start (drop (i32.div_u (i32.const 1) (i32.const 0)))) (start $start))
    (core instance $b (instantiate $Second))
    (core instance $a (instantiate $First)))
  "integer divide by zero")
;;= /#0 component begun
;;= /#0/$a allocated func 1
;;= /#0/$a start 0 entered
;;= /#0/$a trap unreachable in start
;;= /#0 locked
;;= /#0 trap unreachable in start
;;= /#1 component begun
;;= /#1/$b allocated func 1
;;= /#1/$b start 0 entered
;;= /#1/$b trap integer-divide-by-zero in start
;;= /#1 locked
;;= /#1 trap integer-divide-by-zero in start
