;;! title = "A bad import leaves an imported memory untouched, although the data would fit"
;;! rules = ["CORE-LINK-03"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "A" $A)
(assert_unlinkable
  (module
    (import "A" "m" (memory 1))
    (import "A" "none" (func))
    (data (i32.const 0) "\01\02"))
  "unknown import")
(assert_return (invoke $A "read" (i32.const 0)) (i32.const 0))
(assert_return (invoke $A "read" (i32.const 1)) (i32.const 0))
;;= => unlinkable
