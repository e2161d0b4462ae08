;;! title = "A component with a missing import runs nothing"
;;! rules = ["CM-ORD-11"]
(assert_unlinkable
  (component
    (core module $Trap (func $start (unreachable)) (start $start))
    (core instance (instantiate $Trap))
    (import "missing" (func)))
  "unknown import")
