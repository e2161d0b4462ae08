;;! title = "A global of a supertype does not match an import, whatever it holds"
;;! rules = ["CORE-LINK-07"]
;;! needs = ["function-references", "gc"]
;;! bugs = ["GLOBAL-SUBTYPE"]
(module $A
  (type $f (func))
  (func $f (type $f))
  (global (export "null") (ref null $f) (ref.null $f))
  (global (export "func") funcref (ref.func $f))
  (global (export "any") anyref (ref.i31 (i32.const 1)))
  (global (export "i31") (ref i31) (ref.i31 (i32.const 2))))
(register "A" $A)
(assert_unlinkable (module (import "A" "func" (global (ref func)))) "incompatible import type")
(assert_unlinkable (module (type $f (func)) (import "A" "func" (global (ref null $f)))) "incompatible import type")
(assert_unlinkable (module (type $f (func)) (import "A" "null" (global (ref $f)))) "incompatible import type")
(assert_unlinkable (module (import "A" "any" (global i31ref))) "incompatible import type")
(module $N
  (import "A" "i31" (global $any anyref))
  (import "A" "null" (global $null funcref))
  (func (export "get") (result i32) (i31.get_s (ref.cast i31ref (global.get $any))))
  (func (export "null") (result i32) (ref.is_null (global.get $null))))
(assert_return (invoke $N "get") (i32.const 2))
(assert_return (invoke $N "null") (i32.const 1))
