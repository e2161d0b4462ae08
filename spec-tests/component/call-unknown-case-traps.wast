;;! title = "A sibling that returns a case which its type does not have makes the start function trap"
;;! rules = ["CM-CALL-08"]
;;! needs = ["component-model"]
(assert_trap
  (component
    (component $Callee
      (type $e' (enum "a" "b"))
      (export $e "e" (type $e'))
      (core module $M (func (export "get") (result i32) (i32.const 2)))
      (core instance $m (instantiate $M))
      (func (export "get") (result $e) (canon lift (core func $m "get"))))
    (component $Caller
      (type $e' (enum "a" "b"))
      (import "e" (type $e (eq $e')))
      (import "get" (func $get (result $e)))
      (core func $get (canon lower (func $get)))
      (core module $M
        (import "" "get" (func $get (result i32)))
        (func $start (drop (call $get)))
        (start $start))
      (core instance (instantiate $M (with "" (instance (export "get" (func $get)))))))
    (instance $callee (instantiate $Callee))
    (instance (instantiate $Caller (with "e" (type $callee "e")) (with "get" (func $callee "get")))))
  "invalid variant discriminant")
;;= /#0 component begun
;;= /#0/$callee component begun
;;= /#0/$callee/$m allocated func 1
;;= /#0/$callee/$m done
;;= /#0/$callee component done
;;= /#0/#1 component begun
;;= /#0/#1 import "" "e" type
;;= /#0/#1 import "" "get" func
;;= /#0/#1/core#1 import "" "get" func
;;= /#0/#1/core#1 allocated func 1
;;= /#0/#1/core#1 start 1 entered
;;= /#0/$callee locked
;;= /#0/#1/core#1 trap invalid-value in start
;;= /#0/#1 locked
;;= /#0/#1 trap invalid-value in start
;;= /#0 locked
;;= /#0 trap invalid-value in start
