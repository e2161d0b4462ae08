;;! title = "An element segment that was applied is empty in start, and not gone: the target is checked"
;;! rules = ["CORE-ELEM-07"]
(assert_trap
  (module
    (table 1 funcref)
    (func $start (table.init 0 (i32.const 2) (i32.const 0) (i32.const 0)))
    (start $start)
    (elem (i32.const 0) $start))
  "out of bounds table access")
(module $N
  (table 1 funcref)
  (func $start (table.init 0 (i32.const 1) (i32.const 0) (i32.const 0)))
  (start $start)
  (elem (i32.const 0) $start))
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 1 table 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 start 0 entered
;;= /#0 trap out-of-bounds-table in start
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 1 table 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 1
;;= /$N elem 0 dropped
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
