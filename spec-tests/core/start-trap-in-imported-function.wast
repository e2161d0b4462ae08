;;! title = "A trap in a function of another instance that start calls fails the instantiation"
;;! rules = ["CORE-START-09"]
(module $A (func (export "f") (unreachable)))
(register "A" $A)
(assert_trap
  (module
    (import "A" "f" (func $f))
    (func $start (call $f))
    (start $start))
  "unreachable")
;;= /#0 import "A" "f" func
;;= /#0 allocated func 1
;;= /#0 start 1 entered
;;= /#0 trap unreachable in start
