;;! title = "A shared memory matches only an import of a shared one"
;;! rules = ["CORE-LINK-02"]
;;! needs = ["threads"]
(module $Shared (memory (export "m") 1 1 shared))
(module $Plain (memory (export "m") 1 1))
(register "Shared" $Shared)
(register "Plain" $Plain)
(module $N (import "Shared" "m" (memory 1 1 shared)))
(assert_unlinkable (module (import "Shared" "m" (memory 1 1))) "incompatible import type")
(assert_unlinkable (module (import "Plain" "m" (memory 1 1 shared))) "incompatible import type")
;;= /$N import "Shared" "m" memory
;;= /$N allocated
;;= /$N done
;;= => unlinkable
