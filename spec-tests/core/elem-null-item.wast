;;! title = "A null item of an element segment is written over what was there"
;;! rules = ["CORE-ELEM-01", "CORE-ELEM-15"]
;;! bugs = ["NULL-ELEM"]
(module $N
  (table 2 funcref)
  (func $f)
  (elem (i32.const 0) $f $f)
  (elem (i32.const 1) funcref (item (ref.null func)))
  (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get 0 (local.get 0)))))
(assert_return (invoke $N "is_null" (i32.const 0)) (i32.const 0))
(assert_return (invoke $N "is_null" (i32.const 1)) (i32.const 1))
;;= /$N elem 0 = [func /$N#0, func /$N#0]
;;= /$N elem 1 = [null]
;;= /$N allocated func 2 table 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 2
;;= /$N elem 0 dropped
;;= /$N elem 1 offset = i32:1
;;= /$N elem 1 -> table 0 at 1 len 1
;;= /$N elem 1 dropped
;;= /$N done
