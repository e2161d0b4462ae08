;;! title = "The items of all segments are evaluated before the first segment is written"
;;! rules = ["CORE-ELEM-10"]
;;! needs = ["gc"]
(module $N
  (type $s (struct))
  (table 2 (ref null $s))
  (elem (table 0) (i32.const 0) (ref null $s) (item (struct.new $s)))
  (elem (ref null $s) (item (struct.new $s)) (item (ref.null none)))
  (elem (table 0) (i32.const 1) (ref null $s) (item (struct.new $s)))
  (func (export "same") (result i32)
    (ref.eq (table.get 0 (i32.const 0)) (table.get 0 (i32.const 1)))))
(assert_return (invoke $N "same") (i32.const 0))
;;= /$N elem 0 = [struct]
;;= /$N elem 1 = [struct, null]
;;= /$N elem 2 = [struct]
;;= /$N allocated func 1 table 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 1
;;= /$N elem 0 dropped
;;= /$N elem 2 offset = i32:1
;;= /$N elem 2 -> table 0 at 1 len 1
;;= /$N elem 2 dropped
;;= /$N done
