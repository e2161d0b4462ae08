;;! title = "A module for whose last import there is no value writes no segment and runs no start function"
;;! rules = ["CORE-LINK-01"]
(module $A
  (memory (export "m") 1)
  (table (export "t") 1 funcref)
  (global $count (mut i32) (i32.const 0))
  (func (export "bump") (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func (export "count") (result i32) (global.get $count))
  (func (export "state") (result i32)
    (i32.add (i32.load8_u (i32.const 0)) (ref.is_null (table.get 0 (i32.const 0))))))
(register "A" $A)
(assert_unlinkable
  (module
    (import "A" "m" (memory 1))
    (import "A" "t" (table 1 funcref))
    (import "A" "bump" (func $bump))
    (import "A" "last" (func))
    (elem (i32.const 0) $bump)
    (data (i32.const 0) "\10")
    (start $bump))
  "unknown import")
(assert_return (invoke $A "state") (i32.const 1))
(assert_return (invoke $A "count") (i32.const 0))
;;= => unlinkable
