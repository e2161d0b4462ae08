;;! title = "A fix-up module can start an initialiser only if that takes and gives nothing"
;;! rules = ["P2-WITC-05"]
;;! needs = ["component-model"]
(component
  (core module $Main (func (export "_initialize")))
  (core instance $main (instantiate $Main))
  (core module $FixUp (import "" "_initialize" (func $initialize)) (start $initialize))
  (core instance (instantiate $FixUp (with "" (instance (export "_initialize" (func $main "_initialize")))))))
(assert_invalid
  (component
    (core module $FixUp (import "" "_initialize" (func $initialize (param i32))) (start $initialize)))
  "start function")
(assert_invalid
  (component
    (core module $FixUp (import "" "_initialize" (func $initialize (result i32))) (start $initialize)))
  "start function")
(assert_invalid
  (component
    (core module $Main (func (export "_initialize") (result i32) (i32.const 0)))
    (core instance $main (instantiate $Main))
    (core module $FixUp (import "" "_initialize" (func $initialize)) (start $initialize))
    (core instance (instantiate $FixUp (with "" (instance (export "_initialize" (func $main "_initialize")))))))
  "type mismatch")
