;;! title = "A post-return function that calls an import traps"
;;! rules = ["CM-CALL-08"]
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
