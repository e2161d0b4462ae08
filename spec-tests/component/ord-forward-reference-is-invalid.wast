;;! title = "A definition refers only to what stands before it"
;;! rules = ["CM-ORD-06"]
;;! needs = ["component-model"]
(assert_invalid
  (component
    (core instance (instantiate 0))
    (core module))
  "unknown module")
(assert_invalid
  (component
    (instance (instantiate 0))
    (component))
  "unknown component")
(assert_invalid
  (component
    (func (export "f") (canon lift (core func 0)))
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (alias core export $m "f" (core func)))
  "function index out of bounds")
