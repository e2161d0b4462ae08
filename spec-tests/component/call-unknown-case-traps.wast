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
