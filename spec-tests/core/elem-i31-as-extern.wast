;;! title = "An i31 that an element segment converts to an external reference comes back as it was"
;;! rules = ["CORE-ELEM-10", "CORE-ELEM-01"]
;;! needs = ["gc"]
;;! bugs = ["ELEM-I31"]
(module $N
  (table 2 externref)
  (elem (table 0) (i32.const 0) externref
    (item (extern.convert_any (ref.i31 (i32.const 7))))
    (item (ref.null extern)))
  (func (export "get") (result i32)
    (i31.get_u (ref.cast i31ref (any.convert_extern (table.get 0 (i32.const 0))))))
  (func (export "is_null") (result i32) (ref.is_null (table.get 0 (i32.const 1)))))
(assert_return (invoke $N "get") (i32.const 7))
(assert_return (invoke $N "is_null") (i32.const 1))
;;= /$N elem 0 = [i31 7, null]
;;= /$N allocated func 2 table 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 2
;;= /$N elem 0 dropped
;;= /$N done
