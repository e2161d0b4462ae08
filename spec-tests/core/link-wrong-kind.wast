;;! title = "An import that is met by another kind of thing is a link error"
;;! rules = ["CORE-LINK-02"]
;;! needs = ["exception-handling"]
(module $A
  (func (export "f"))
  (table (export "t") 1 funcref)
  (memory (export "m") 1)
  (global (export "g") i32 (i32.const 0))
  (tag (export "x")))
(register "A" $A)
(assert_unlinkable (module (import "A" "t" (func))) "incompatible import type")
(assert_unlinkable (module (import "A" "m" (table 1 funcref))) "incompatible import type")
(assert_unlinkable (module (import "A" "g" (memory 1))) "incompatible import type")
(assert_unlinkable (module (import "A" "x" (global i32))) "incompatible import type")
(assert_unlinkable (module (import "A" "f" (tag))) "incompatible import type")
;;= => unlinkable
