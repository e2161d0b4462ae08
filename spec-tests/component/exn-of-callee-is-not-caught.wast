;;! title = "An exception of a sibling component traps at its border; the caller's start cannot catch it"
;;! rules = ["CM-EXN-02"]
;;! needs = ["component-model", "exception-handling"]
(assert_trap
  (component
    (component $Callee
      (core module $M (tag $x) (func (export "f") (throw $x)))
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
  "uncaught exception")
;;= /#0 component begun
;;= /#0/$callee component begun
;;= /#0/$callee/$m allocated func 1 tag 1
;;= /#0/$callee/$m done
;;= /#0/$callee component done
;;= /#0/#1 component begun
;;= /#0/#1 import "" "f" func
;;= /#0/#1/core#1 import "" "f" func
;;= /#0/#1/core#1 allocated func 1
;;= /#0/#1/core#1 start 1 entered
;;= /#0/$callee locked
;;= /#0/#1/core#1 trap canonical-abi in start
;;= /#0/#1 locked
;;= /#0/#1 trap canonical-abi in start
;;= /#0 locked
;;= /#0 trap canonical-abi in start
