;;! title = "After instantiation, nothing but the empty range is left of an active element segment"
;;! rules = ["CORE-ELEM-07"]
;;! bugs = ["DROPPED-ACTIVE-USABLE"]
(module $N
  (table 2 funcref)
  (func $f)
  (elem $e (i32.const 0) $f)
  (func (export "init") (param i32)
    (table.init $e (i32.const 1) (i32.const 0) (local.get 0))))
(assert_return (invoke $N "init" (i32.const 0)))
(assert_trap (invoke $N "init" (i32.const 1)) "out of bounds table access")
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 2 table 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 1
;;= /$N elem 0 dropped
;;= /$N done
