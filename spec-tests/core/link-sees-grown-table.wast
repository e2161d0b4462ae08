;;! title = "A table that has grown matches the larger minimum of an import"
;;! rules = ["CORE-LINK-06"]
(module $A
  (table (export "t") 1 5 funcref)
  (func (export "grow") (result i32) (table.grow 0 (ref.null func) (i32.const 2))))
(register "A" $A)
(assert_unlinkable (module (import "A" "t" (table 3 funcref))) "incompatible import type")
(assert_return (invoke $A "grow") (i32.const 1))
(module $N
  (import "A" "t" (table 3 funcref))
  (func (export "size") (result i32) (table.size 0)))
(assert_return (invoke $N "size") (i32.const 3))
;;= /$N import "A" "t" table
;;= /$N allocated func 1
;;= /$N done
;;= => unlinkable
