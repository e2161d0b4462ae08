;;! title = "An active element segment is dropped when the start function runs"
;;! rules = ["CORE-ELEM-07"]
(module $A
  (table (export "t") 2 funcref)
  (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get 0 (local.get 0)))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 2 funcref))
    (func $start (table.init 0 (i32.const 1) (i32.const 0) (i32.const 1)))
    (elem $e (i32.const 0) $start)
    (start $start))
  "out of bounds table access")
(assert_return (invoke $A "is_null" (i32.const 0)) (i32.const 0))
(assert_return (invoke $A "is_null" (i32.const 1)) (i32.const 1))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 start 0 entered
;;= /#0 trap out-of-bounds-table in start
