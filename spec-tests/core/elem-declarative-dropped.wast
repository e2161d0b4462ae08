;;! title = "A declarative element segment is dropped by the instantiation, before the start function"
;;! rules = ["CORE-ELEM-08"]
(module $N
  (table 1 funcref)
  (func $f)
  (elem $e declare func $f)
  (func $start (table.init $e (i32.const 0) (i32.const 0) (i32.const 0)))
  (start $start)
  (func (export "init") (table.init $e (i32.const 0) (i32.const 0) (i32.const 1))))
(assert_trap (invoke $N "init") "out of bounds table access")
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 3 table 1
;;= /$N elem 0 dropped
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
