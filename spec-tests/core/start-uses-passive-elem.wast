;;! title = "The start function initialises a table from a passive segment and drops it for good"
;;! rules = ["CORE-START-25"]
(module $N
  (table $t 2 funcref)
  (func $f (result i32) (i32.const 4))
  (elem $e func $f)
  (func $start
    (table.init $e (i32.const 1) (i32.const 0) (i32.const 1))
    (elem.drop $e))
  (start $start)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 1)))
  (func (export "init") (table.init $e (i32.const 0) (i32.const 0) (i32.const 1))))
(assert_return (invoke $N "call") (i32.const 4))
(assert_trap (invoke $N "init") "out of bounds table access")
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 4 table 1
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
