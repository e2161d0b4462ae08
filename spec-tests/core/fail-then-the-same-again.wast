;;! title = "A module that trapped because of what it imports succeeds as soon as that has changed"
;;! rules = ["CORE-FAIL-03"]
(module $A (table (export "t") 1 funcref) (func (export "grow") (drop (table.grow 0 (ref.null func) (i32.const 1)))))
(register "A" $A)
(assert_trap
  (module (import "A" "t" (table 1 funcref)) (elem (i32.const 1) $f) (func $f (result i32) (i32.const 8)))
  "out of bounds table access")
(invoke $A "grow")
(module $N
  (import "A" "t" (table $t 1 funcref))
  (elem (i32.const 1) $f)
  (func $f (result i32) (i32.const 8))
  (func (export "call") (result i32) (call_indirect $t (result i32) (i32.const 1))))
(assert_return (invoke $N "call") (i32.const 8))
