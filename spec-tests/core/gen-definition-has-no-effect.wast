;;! title = "A module with a trapping start function can be defined; only its instantiation traps"
;;! rules = ["CORE-GEN-04"]
(module definition $M (func $start (unreachable)) (start $start))
(module $After (func (export "f") (result i32) (i32.const 1)))
(assert_return (invoke $After "f") (i32.const 1))
(assert_trap (module (func $start (unreachable)) (start $start)) "unreachable")
;;= /#0 allocated func 1
;;= /#0 start 0 entered
;;= /#0 trap unreachable in start
