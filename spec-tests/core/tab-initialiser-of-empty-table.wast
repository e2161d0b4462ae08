;;! title = "The initialiser of a table without slots is evaluated all the same, and growth does not use it"
;;! rules = ["CORE-TAB-01", "CORE-TAB-02"]
;;! needs = ["function-references"]
(module $N
  (table $t 0 funcref (ref.func $f))
  (func $f)
  (func (export "grow") (result i32) (table.grow $t (ref.null func) (i32.const 1)))
  (func (export "is_null") (result i32) (ref.is_null (table.get $t (i32.const 0)))))
(assert_return (invoke $N "grow") (i32.const 0))
(assert_return (invoke $N "is_null") (i32.const 1))
;;= /$N table 0 = func /$N#0
;;= /$N allocated func 3 table 1
;;= /$N done
