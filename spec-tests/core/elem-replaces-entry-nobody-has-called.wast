;;! title = "Segments and start of an importer replace, also by null, entries that their exporter has not called yet"
;;! rules = ["CORE-ELEM-13", "CORE-START-24"]
;;! bugs = ["LAZY-ELEM-IMPORTED-TABLE", "NULL-ELEM"]
(module $A
  (table $t (export "t") 6 funcref)
  (func $old (result i32) (i32.const 1))
  (elem (i32.const 0) $old $old $old $old $old $old)
  (func (export "call") (param i32) (result i32) (call_indirect $t (result i32) (local.get 0))))
(register "A" $A)
(module
  (import "A" "t" (table $t 6 funcref))
  (func $new (result i32) (i32.const 2))
  (elem (table $t) (i32.const 0) func $new)
  (elem (table $t) (i32.const 1) funcref (item (ref.null func)))
  (elem $null funcref (item (ref.null func)))
  (elem declare func $new)
  (func $start
    (table.set $t (i32.const 2) (ref.func $new))
    (table.set $t (i32.const 3) (ref.null func))
    (table.init $t $null (i32.const 4) (i32.const 0) (i32.const 1)))
  (start $start))
(assert_return (invoke $A "call" (i32.const 0)) (i32.const 2))
(assert_trap (invoke $A "call" (i32.const 1)) "uninitialized element")
(assert_return (invoke $A "call" (i32.const 2)) (i32.const 2))
(assert_trap (invoke $A "call" (i32.const 3)) "uninitialized element")
(assert_trap (invoke $A "call" (i32.const 4)) "uninitialized element")
(assert_return (invoke $A "call" (i32.const 5)) (i32.const 1))
;; The importer fails: what was replaced stays so.
(assert_trap
  (module
    (import "A" "t" (table $t 6 funcref))
    (elem (table $t) (i32.const 5) funcref (item (ref.null func)))
    (elem (table $t) (i32.const 6) funcref (item (ref.null func))))
  "out of bounds table access")
(assert_trap (invoke $A "call" (i32.const 5)) "uninitialized element")
