;;! title = "The items of a segment that was never written are made once, and before the trap"
;;! rules = ["CORE-ELEM-10", "CORE-ELEM-09"]
;;! needs = ["gc"]
(module $A
  (type $s (struct (field (mut i32))))
  (table $t (export "t") 2 (ref null $s))
  (table $f (export "f") 1 funcref)
  (func (export "call") (call_indirect $f (i32.const 0)))
  (func (export "same") (result i32) (ref.eq (table.get $t (i32.const 0)) (table.get $t (i32.const 1)))))
(register "A" $A)
(assert_trap
  (module
    (type $s (struct (field (mut i32))))
    (import "A" "t" (table $t 2 (ref null $s)))
    (import "A" "f" (table $f 1 funcref))
    (func $leak
      (table.init $t $later (i32.const 0) (i32.const 0) (i32.const 1))
      (table.init $t $later (i32.const 1) (i32.const 0) (i32.const 1)))
    (elem (table $f) (i32.const 0) func $leak)
    (elem (table $f) (i32.const 1) func $leak)
    (elem $later (table $t) (i32.const 0) (ref null $s) (item (struct.new $s (i32.const 5)))))
  "out of bounds table access")
(assert_return (invoke $A "call"))
(assert_return (invoke $A "same") (i32.const 1))
