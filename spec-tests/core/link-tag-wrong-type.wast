;;! title = "A tag import must have the very same parameters"
;;! rules = ["CORE-LINK-02"]
;;! needs = ["exception-handling"]
(module $A (tag (export "x") (param i32)))
(register "A" $A)
(module $Good (import "A" "x" (tag (param i32))))
(assert_unlinkable (module (import "A" "x" (tag))) "incompatible import type")
(assert_unlinkable (module (import "A" "x" (tag (param i64)))) "incompatible import type")
;;= /$Good import "A" "x" tag
;;= /$Good allocated
;;= /$Good done
;;= => unlinkable
