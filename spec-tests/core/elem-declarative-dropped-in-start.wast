;;! title = "A declarative element segment is dropped when the start function runs, not after it"
;;! rules = ["CORE-ELEM-08"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "is_null") (result i32) (ref.is_null (table.get 0 (i32.const 0)))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (func $f)
    (elem $e declare func $f)
    (func $start (table.init $e (i32.const 0) (i32.const 0) (i32.const 1)))
    (start $start))
  "out of bounds table access")
(assert_return (invoke $A "is_null") (i32.const 1))
