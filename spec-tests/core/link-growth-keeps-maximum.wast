;;! title = "Growth does not change the maximum that an import is matched against"
;;! rules = ["CORE-LINK-06"]
(module $A
  (memory (export "m") 1 5)
  (func (export "grow") (result i32) (memory.grow (i32.const 3))))
(register "A" $A)
(assert_return (invoke $A "grow") (i32.const 1))
(module $N (import "A" "m" (memory 4 5)))
(assert_unlinkable (module (import "A" "m" (memory 4 4))) "incompatible import type")
;;= /$N import "A" "m" memory
;;= /$N allocated
;;= /$N done
;;= => unlinkable
