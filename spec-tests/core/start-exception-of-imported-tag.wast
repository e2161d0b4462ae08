;;! title = "What the embedder learns of an exception with an imported tag is recorded"
;;! rules = ["CORE-START-16"]
;;! needs = ["exception-handling"]
(module $A (tag (export "x") (param i32 i64)))
(register "A" $A)
(assert_exception
  (module
    (import "A" "x" (tag $x (param i32 i64)))
    (func $start (throw $x (i32.const 1) (i64.const 2)))
    (start $start)))
;;= /#0 import "A" "x" tag
;;= /#0 allocated func 1
;;= /#0 start 0 entered
;;= /#0 throw (i32:1, i64:2) in start
