;;! title = "Memories and tables with 64-bit addresses do not match imports with 32-bit addresses"
;;! rules = ["CORE-LINK-02"]
;;! needs = ["memory64"]
(module $A (memory (export "m") i64 1) (table (export "t") i64 1 funcref))
(register "A" $A)
(module $N (import "A" "m" (memory i64 1)) (import "A" "t" (table i64 1 funcref)))
(assert_unlinkable (module (import "A" "m" (memory 1))) "incompatible import type")
(assert_unlinkable (module (import "A" "t" (table 1 funcref))) "incompatible import type")
;;= /$N import "A" "m" memory
;;= /$N import "A" "t" table
;;= /$N allocated
;;= /$N done
;;= => unlinkable
