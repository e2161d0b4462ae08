;;! title = "A child's start function that calls a function of its unfinished parent is recorded"
;;! rules = ["CM-CALL-06"]
;;! needs = ["component-model"]
(component $C
  (core module $M
    (global $g (mut i32) (i32.const 1))
    (func (export "f") (global.set $g (i32.add (global.get $g) (i32.const 1))))
    (func (export "g") (result i32) (global.get $g)))
  (core instance $m (instantiate $M))
  (func $f (canon lift (core func $m "f")))
  (component $Child
    (import "f" (func $f))
    (core func $f (canon lower (func $f)))
    (core module $M (import "" "f" (func $f)) (start $f))
    (core instance (instantiate $M (with "" (instance (export "f" (func $f)))))))
  (instance (instantiate $Child (with "f" (func $f))))
  (func (export "g") (result u32) (canon lift (core func $m "g"))))
(assert_return (invoke "g") (u32.const 2))
;;= /$C component begun
;;= /$C/#0 component begun
;;= /$C/#0 import "" "f" func
;;= /$C rule CM-CALL-06 reading "EnteringSet"
;;= /$C/#0 component done
;;= /$C component done
