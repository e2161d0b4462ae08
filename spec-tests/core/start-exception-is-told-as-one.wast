;;! title = "Whether an exception that leaves start is told as an exception or as another error is recorded"
;;! rules = ["EMB-INST-05"]
;;! needs = ["exception-handling"]
(module $A
  (tag $t (param i32))
  (func (export "throw") (throw $t (i32.const 7))))
(register "A" $A)
(assert_exception
  (module
    (import "A" "throw" (func $throw))
    (func $start (call $throw))
    (start $start)))
;;= /#0 import "A" "throw" func
;;= /#0 allocated func 1
;;= /#0 start 1 entered
;;= /#0 throw (i32:7) in start
