;;! title = "A mutable global is imported with equal mutability and the very same type"
;;! rules = ["CORE-LINK-07"]
(module $A
  (global (export "const") i32 (i32.const 1))
  (global (export "var") (mut i32) (i32.const 2)))
(register "A" $A)
(assert_unlinkable (module (import "A" "const" (global (mut i32)))) "incompatible import type")
(assert_unlinkable (module (import "A" "var" (global i32))) "incompatible import type")
(assert_unlinkable (module (import "A" "var" (global (mut i64)))) "incompatible import type")
(module $N (import "A" "var" (global $v (mut i32))) (func (export "get") (result i32) (global.get $v)))
(assert_return (invoke $N "get") (i32.const 2))
;;= /$N import "A" "var" global
;;= /$N allocated func 1
;;= /$N done
;;= => unlinkable
