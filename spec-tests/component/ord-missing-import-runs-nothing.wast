;;! title = "A component with one missing import runs none of its start functions"
;;! rules = ["CM-ORD-11"]
;;! needs = ["component-model"]
(assert_unlinkable
  (component
    (core module $Trap (func $start (unreachable)) (start $start))
    (core instance (instantiate $Trap))
    (import "missing" (func)))
  "unknown import")
;;= => unlinkable
