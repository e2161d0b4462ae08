;;! title = "What stands after a component-level start that traps does not run"
;;! rules = ["CM-START-09", "CM-TRAP-02"]
;;! needs = ["component-model", "values"]
(assert_trap
  (component
    (core module $M (func (export "f") (unreachable)))
    (core instance $m (instantiate $M))
    (func $f (canon lift (core func $m "f")))
    (start $f)
    (core module $Later (func $start (drop (i32.div_u (i32.const 1) (i32.const 0)))) (start $start))
    (core instance (instantiate $Later)))
  "unreachable")
;;= /#0 component begun
;;= /#0/$m allocated func 1
;;= /#0/$m done
;;= /#0 component start 0 ()
;;= /#0 locked
;;= /#0 trap unreachable in start
