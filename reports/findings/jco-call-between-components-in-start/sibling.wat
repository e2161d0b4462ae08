(component
  (component $Callee
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func (export "f") (canon lift (core func $m "f"))))
  (component $Caller
    (import "f" (func $f))
    (core func $f (canon lower (func $f)))
    (core module $M (import "" "f" (func $f)) (start $f))
    (core instance (instantiate $M (with "" (instance (export "f" (func $f)))))))
  (instance $callee (instantiate $Callee))
  (instance (instantiate $Caller (with "f" (func $callee "f")))))
