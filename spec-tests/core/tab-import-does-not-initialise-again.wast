;;! title = "Importing a table with an initialiser leaves what has been written to it"
;;! rules = ["CORE-TAB-05"]
;;! needs = ["function-references"]
(module $A
  (table (export "t") 2 funcref (ref.func $old))
  (func $old (result i32) (i32.const 1))
  (func $new (result i32) (i32.const 2))
  (elem declare func $new)
  (func (export "overwrite") (table.set 0 (i32.const 0) (ref.func $new))))
(register "A" $A)
(invoke $A "overwrite")
(module $N
  (import "A" "t" (table 2 funcref))
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(assert_return (invoke $N "call" (i32.const 0)) (i32.const 2))
(assert_return (invoke $N "call" (i32.const 1)) (i32.const 1))
;;= /$N import "A" "t" table
;;= /$N allocated func 1
;;= /$N done
