;;! title = "A table imported twice is one table: a copy between the two indices may overlap"
;;! rules = ["CORE-LINK-08"]
(module $A (table (export "t") 4 funcref))
(register "A" $A)
(module $N
  (import "A" "t" (table $first 4 funcref))
  (import "A" "t" (table $second 4 funcref))
  (func $f)
  (func $start (table.copy $second $first (i32.const 1) (i32.const 0) (i32.const 2)))
  (start $start)
  (elem (table $first) (i32.const 0) func $f)
  (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get $first (local.get 0)))))
(assert_return (invoke $N "is_null" (i32.const 0)) (i32.const 0))
(assert_return (invoke $N "is_null" (i32.const 1)) (i32.const 0))
(assert_return (invoke $N "is_null" (i32.const 2)) (i32.const 1))
(assert_return (invoke $N "is_null" (i32.const 3)) (i32.const 1))
;;= /$N import "A" "t" table
;;= /$N import "A" "t" table
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 3
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 1
;;= /$N elem 0 dropped
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
