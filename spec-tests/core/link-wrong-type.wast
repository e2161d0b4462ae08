;;! title = "An import of the right kind and of another type is a link error"
;;! rules = ["CORE-LINK-02"]
(module $A
  (func (export "f") (param i32))
  (table (export "t") 1 2 funcref)
  (memory (export "m") 1 2)
  (global (export "g") i32 (i32.const 0)))
(register "A" $A)
(assert_unlinkable (module (import "A" "f" (func (param i64)))) "incompatible import type")
(assert_unlinkable (module (import "A" "f" (func (param i32) (result i32)))) "incompatible import type")
(assert_unlinkable (module (import "A" "t" (table 1 2 externref))) "incompatible import type")
(assert_unlinkable (module (import "A" "t" (table 2 2 funcref))) "incompatible import type")
(assert_unlinkable (module (import "A" "t" (table 1 1 funcref))) "incompatible import type")
(assert_unlinkable (module (import "A" "m" (memory 2 2))) "incompatible import type")
(assert_unlinkable (module (import "A" "m" (memory 1 1))) "incompatible import type")
(assert_unlinkable (module (import "A" "g" (global i64))) "incompatible import type")
;;= => unlinkable
