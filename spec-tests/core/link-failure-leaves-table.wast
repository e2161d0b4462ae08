;;! title = "A bad import leaves an imported table untouched, although the elements would fit"
;;! rules = ["CORE-LINK-03"]
(module $A
  (table (export "t") 2 funcref)
  (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get 0 (local.get 0)))))
(register "A" $A)
(assert_unlinkable
  (module
    (import "A" "t" (table 2 funcref))
    (import "A" "is_null" (func))
    (func $f)
    (elem (i32.const 0) $f $f))
  "incompatible import type")
(assert_return (invoke $A "is_null" (i32.const 0)) (i32.const 1))
(assert_return (invoke $A "is_null" (i32.const 1)) (i32.const 1))
;;= => unlinkable
