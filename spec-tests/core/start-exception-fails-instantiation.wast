;;! title = "An exception that leaves the start function fails the instantiation"
;;! rules = ["CORE-START-15"]
;;! needs = ["exception-handling"]
(module $A (memory (export "m") 1) (func (export "read") (result i32) (i32.load8_u (i32.const 0))))
(register "A" $A)
(assert_exception
  (module
    (import "A" "m" (memory 1))
    (tag $x (param i32))
    (func $start
      (i32.store8 (i32.const 0) (i32.const 1))
      (throw $x (i32.const 7)))
    (start $start)))
(assert_return (invoke $A "read") (i32.const 1))
;;= /#0 import "A" "m" memory
;;= /#0 allocated func 1 tag 1
;;= /#0 start 0 entered
;;= /#0 throw (i32:7) in start
