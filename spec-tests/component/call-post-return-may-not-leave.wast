;;! title = "A post-return that calls an import makes the start function trap that brought it about"
;;! rules = ["CM-CALL-08"]
;;! needs = ["component-model"]
(assert_trap
  (component
    (component $Noop
      (core module $M (func (export "noop")))
      (core instance $m (instantiate $M))
      (func (export "noop") (canon lift (core func $m "noop"))))
    (component $Callee
      (import "noop" (func $noop))
      (core func $noop (canon lower (func $noop)))
      (core module $M
        (import "" "noop" (func $noop))
        (func (export "f"))
        (func (export "post") (call $noop)))
      (core instance $m (instantiate $M (with "" (instance (export "noop" (func $noop))))))
      (func (export "f") (canon lift (core func $m "f") (post-return (core func $m "post")))))
    (component $Caller
      (import "f" (func $f))
      (core func $f (canon lower (func $f)))
      (core module $M (import "" "f" (func $f)) (start $f))
      (core instance (instantiate $M (with "" (instance (export "f" (func $f)))))))
    (instance $noop (instantiate $Noop))
    (instance $callee (instantiate $Callee (with "noop" (func $noop "noop"))))
    (instance (instantiate $Caller (with "f" (func $callee "f")))))
  "cannot leave component instance")
;;= /#0 component begun
;;= /#0/$noop component begun
;;= /#0/$noop/$m allocated func 1
;;= /#0/$noop/$m done
;;= /#0/$noop component done
;;= /#0/$callee component begun
;;= /#0/$callee import "" "noop" func
;;= /#0/$callee/$m import "" "noop" func
;;= /#0/$callee/$m allocated func 2
;;= /#0/$callee/$m done
;;= /#0/$callee component done
;;= /#0/#2 component begun
;;= /#0/#2 import "" "f" func
;;= /#0/#2/core#1 import "" "f" func
;;= /#0/#2/core#1 allocated
;;= /#0/#2/core#1 start 0 entered
;;= /#0/$callee locked
;;= /#0/#2/core#1 trap cannot-leave in start
;;= /#0/#2 locked
;;= /#0/#2 trap cannot-leave in start
;;= /#0 locked
;;= /#0 trap cannot-leave in start
