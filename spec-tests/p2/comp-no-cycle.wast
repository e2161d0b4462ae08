;;! title = "Two components that each need the other cannot be composed: one of them would have to stand first"
;;! rules = ["P2-COMP-03"]
;;! needs = ["component-model"]
(assert_invalid
  (component
    (component $A (import "b" (func $b)) (export "a" (func $b)))
    (component $B (import "a" (func $a)) (export "b" (func $a)))
    ;; The function 1 is what $B exports, and $B cannot stand before this, since it needs what $A exports.
    (instance $a (instantiate $A (with "b" (func 1))))
    (alias export $a "a" (func $of_a))
    (instance $b (instantiate $B (with "a" (func $of_a))))
    (alias export $b "b" (func $of_b)))
  "function index out of bounds")
