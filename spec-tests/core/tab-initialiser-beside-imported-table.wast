;;! title = "The initialiser of an own table does not touch an imported one, which is counted first"
;;! rules = ["CORE-TAB-01", "CORE-TAB-05"]
;;! needs = ["function-references"]
(module $A
  (table $t (export "t") 2 funcref (ref.func $old))
  (func $old (result i32) (i32.const 1))
  (func (export "call") (param i32) (result i32) (call_indirect $t (result i32) (local.get 0))))
(register "A" $A)
(module $N
  (import "A" "t" (table $imported 2 funcref))
  (table $null 2 funcref)
  (table $own 2 funcref (ref.func $new))
  (func $new (result i32) (i32.const 2))
  (func (export "null") (result i32) (ref.is_null (table.get $null (i32.const 1))))
  (func (export "own") (param i32) (result i32) (call_indirect $own (result i32) (local.get 0))))
(assert_return (invoke $A "call" (i32.const 0)) (i32.const 1))
(assert_return (invoke $A "call" (i32.const 1)) (i32.const 1))
(assert_return (invoke $N "null") (i32.const 1))
(assert_return (invoke $N "own" (i32.const 1)) (i32.const 2))
