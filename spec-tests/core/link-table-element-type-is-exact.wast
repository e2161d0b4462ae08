;;! title = "A table is imported with the very same element type, and not with a supertype"
;;! rules = ["CORE-LINK-02"]
;;! needs = ["function-references"]
(module $A
  (func $f)
  (table (export "t") 1 (ref func) (ref.func $f)))
(register "A" $A)
(module $N (import "A" "t" (table 1 (ref func))))
(assert_unlinkable (module (import "A" "t" (table 1 funcref))) "incompatible import type")
;;= /$N import "A" "t" table
;;= /$N allocated
;;= /$N done
;;= => unlinkable
