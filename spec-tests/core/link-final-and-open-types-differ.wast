;;! title = "A function of a type that is open to subtypes matches no import of the final one, nor the other way round"
;;! rules = ["CORE-LINK-02"]
;;! needs = ["gc"]
(module $A
  (type $open (sub (func)))
  (func (export "open") (type $open))
  (type $final (func)) (func (export "final") (type $final)))
(register "A" $A)
(assert_unlinkable (module (import "A" "open" (func))) "incompatible import type")
(assert_unlinkable
  (module (type $open (sub (func))) (import "A" "final" (func (type $open))))
  "incompatible import type")
(module
  (type $open (sub (func)))
  (type $final (func))
  (import "A" "open" (func (type $open)))
  (import "A" "final" (func (type $final))))
