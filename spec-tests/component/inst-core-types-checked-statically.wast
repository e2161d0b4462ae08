;;! title = "Core arguments of another type make the component invalid, before anything runs"
;;! rules = ["CM-INST-06"]
;;! needs = ["component-model"]
(assert_invalid
  (component
    (core module $A (func (export "f") (param i32)))
    (core instance $a (instantiate $A))
    (core module $B (import "a" "f" (func)))
    (core instance (instantiate $B (with "a" (instance $a)))))
  "type mismatch")
(assert_invalid
  (component
    (core module $A)
    (core instance $a (instantiate $A))
    (core module $B (import "a" "f" (func)))
    (core instance (instantiate $B (with "a" (instance $a)))))
  "missing expected")
