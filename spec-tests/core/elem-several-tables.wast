;;! title = "Element segments go to the tables that they name, in the order of the segments"
;;! rules = ["CORE-ELEM-01", "CORE-ELEM-05"]
;;! bugs = ["TABLE-BASED-HANG"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table $imported 1 funcref))
    (table $own 1 funcref)
    (func $one (result i32) (i32.const 1))
    (func $two (result i32) (call_indirect $own (result i32) (i32.const 0)))
    (elem (table $own) (i32.const 0) func $one)
    (elem (table $imported) (i32.const 0) func $two)
    (elem (table $own) (i32.const 1) func $one))
  "out of bounds table access")
;; The entry of the imported table calls through the failed instance's own table.
(assert_return (invoke $A "call") (i32.const 1))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 elem 1 = [func /#0#1]
;;= /#0 elem 2 = [func /#0#0]
;;= /#0 allocated func 2 table 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 1 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 elem 1 offset = i32:0
;;= /#0 elem 1 -> table 0 at 0 len 1
;;= /#0 elem 1 dropped
;;= /#0 elem 2 offset = i32:1
;;= /#0 trap out-of-bounds-table in initialise
