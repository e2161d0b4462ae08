;;! title = "A trap of a sibling that a start function calls cannot be caught there"
;;! rules = ["CM-TRAP-06"]
;;! needs = ["component-model", "exception-handling"]
(assert_trap
  (component
    (component $Callee
      (core module $M (func (export "f") (unreachable)))
      (core instance $m (instantiate $M))
      (func (export "f") (canon lift (core func $m "f"))))
    (component $Caller
      (import "f" (func $f))
      (core func $f (canon lower (func $f)))
      (core module $M
        (import "" "f" (func $f))
        (func $start (block $all (try_table (catch_all $all) (call $f))))
        (start $start))
      (core instance (instantiate $M (with "" (instance (export "f" (func $f)))))))
    (instance $callee (instantiate $Callee))
    (instance (instantiate $Caller (with "f" (func $callee "f")))))
  "unreachable")
;;= /#0 component begun
;;= /#0/$callee component begun
;;= /#0/$callee component done
;;= /#0/#1 component begun
;;= /#0/#1 import "" "f" func
;;= /#0/$callee locked
;;= /#0/#1 locked
;;= /#0/#1 trap unreachable in start
;;= /#0 locked
;;= /#0 trap unreachable in start
