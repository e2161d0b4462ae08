;;! title = "A passive element segment is neither written nor dropped by the instantiation"
;;! rules = ["CORE-ELEM-07"]
(module $N
  (table 1 funcref)
  (func $f (result i32) (i32.const 3))
  (elem $e func $f)
  (func (export "is_null") (result i32) (ref.is_null (table.get 0 (i32.const 0))))
  (func (export "init") (table.init $e (i32.const 0) (i32.const 0) (i32.const 1)))
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(assert_return (invoke $N "is_null") (i32.const 1))
(assert_return (invoke $N "init"))
(assert_return (invoke $N "call") (i32.const 3))
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 4 table 1
;;= /$N done
