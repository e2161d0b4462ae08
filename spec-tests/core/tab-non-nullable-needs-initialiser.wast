;;! title = "A table of non-nullable references without an initialiser is invalid"
;;! rules = ["CORE-TAB-04"]
;;! needs = ["function-references"]
(assert_invalid (module (table 1 (ref func))) "type mismatch")
(assert_invalid (module (table 0 (ref extern))) "type mismatch")
(module $N
  (func $f (result i32) (i32.const 2))
  (table 1 (ref func) (ref.func $f))
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(assert_return (invoke $N "call") (i32.const 2))
;;= /$N table 0 = func /$N#0
;;= /$N allocated func 2 table 1
;;= /$N done
