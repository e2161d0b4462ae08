;;! title = "A table imported twice is one table: a segment of the second index overwrites one of the first"
;;! rules = ["CORE-LINK-08", "CORE-ELEM-01"]
(module $A (table (export "t") 1 funcref))
(register "A" $A)
(module $N
  (import "A" "t" (table $first 1 funcref))
  (import "A" "t" (table $second 1 funcref))
  (func $one (result i32) (i32.const 1))
  (func $two (result i32) (i32.const 2))
  (elem (table $first) (i32.const 0) func $one)
  (elem (table $second) (i32.const 0) func $two)
  (func (export "call") (result i32) (call_indirect $first (result i32) (i32.const 0))))
(assert_return (invoke $N "call") (i32.const 2))
;;= /$N import "A" "t" table
;;= /$N import "A" "t" table
;;= /$N elem 0 = [func /$N#0]
;;= /$N elem 1 = [func /$N#1]
;;= /$N allocated func 3
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 1
;;= /$N elem 0 dropped
;;= /$N elem 1 offset = i32:0
;;= /$N elem 1 -> table 1 at 0 len 1
;;= /$N elem 1 dropped
;;= /$N done
