(assert_trap
  (component
    (core module $Shim (table (export "t") 1 funcref) (func (export "f") (call_indirect (i32.const 0))))
    (core instance $shim (instantiate $Shim))
    (func $f (canon lift (core func $shim "f")))
    (component $Child
      (import "f" (func $f))
      (core func $f (canon lower (func $f)))
      (core module $M (import "" "f" (func $f)) (func (export "g") (call $f)) (func (export "h")))
      (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
      (func (export "g") (canon lift (core func $m "g")))
      (func (export "h") (canon lift (core func $m "h"))))
    (instance $child (instantiate $Child (with "f" (func $f))))
    (core func $g (canon lower (func $child "g")))
    (core func $h (canon lower (func $child "h")))
    (core module $Main
      (import "shim" "t" (table 1 funcref))
      (import "" "g" (func $g))
      (import "" "h" (func $h))
      (elem (i32.const 0) $h)
      (start $g))
    (core instance (instantiate $Main
      (with "shim" (instance $shim))
      (with "" (instance (export "g" (func $g)) (export "h" (func $h)))))))
  "cannot enter component instance")
