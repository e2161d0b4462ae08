;;! title = "A memory that has grown matches the larger minimum of an import"
;;! rules = ["CORE-LINK-06"]
(module $A
  (memory (export "m") 1 5)
  (func (export "grow") (result i32) (memory.grow (i32.const 2))))
(register "A" $A)
(assert_unlinkable (module (import "A" "m" (memory 3))) "incompatible import type")
(assert_return (invoke $A "grow") (i32.const 1))
(module $N
  (import "A" "m" (memory 3))
  (func (export "size") (result i32) (memory.size)))
(assert_return (invoke $N "size") (i32.const 3))
(assert_unlinkable (module (import "A" "m" (memory 4))) "incompatible import type")
;;= /$N import "A" "m" memory
;;= /$N allocated func 1
;;= /$N done
;;= => unlinkable
