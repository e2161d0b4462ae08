;;! title = "A module that imports what nobody gives is not instantiated, whatever kind the import is of"
;;! rules = ["CORE-LINK-01"]
(assert_unlinkable (module (import "nobody" "f" (func))) "unknown import")
(assert_unlinkable (module (import "nobody" "t" (table 1 funcref))) "unknown import")
(assert_unlinkable (module (import "nobody" "m" (memory 1))) "unknown import")
(assert_unlinkable (module (import "nobody" "g" (global i32))) "unknown import")
;;= => unlinkable
