;;! title = "A segment on an imported table replaces an entry that its exporter calls"
;;! rules = ["CORE-ELEM-13"]
;;! bugs = ["LAZY-ELEM-IMPORTED-TABLE"]
(module $A
  (table (export "t") 1 funcref)
  (func $old (result i32) (i32.const 1))
  (elem (i32.const 0) $old)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_return (invoke $A "call") (i32.const 1))
(module $N
  (import "A" "t" (table 1 funcref))
  (global $g i32 (i32.const 2))
  (func $new (result i32) (global.get $g))
  (elem (i32.const 0) $new))
(assert_return (invoke $A "call") (i32.const 2))
;;= /$N import "A" "t" table
;;= /$N global 0 = i32:2
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 1 global 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 1
;;= /$N elem 0 dropped
;;= /$N done
