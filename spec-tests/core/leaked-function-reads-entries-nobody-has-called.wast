;;! title = "The own table of an instance whose data segment trapped is filled, though nobody has called through it"
;;! rules = ["CORE-START-13", "CORE-ELEM-02"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table $imported 1 funcref))
    (table $own 3 funcref)
    (memory 0)
    (func $one (result i32) (i32.const 1))
    (func $leak (result i32)
      (i32.add
        (call_indirect $own (result i32) (i32.const 1))
        (i32.mul (i32.const 10) (ref.is_null (table.get $own (i32.const 2))))))
    (elem (table $own) (i32.const 1) func $one)
    (elem (table $imported) (i32.const 0) func $leak)
    (data (i32.const 0) "x"))
  "out of bounds memory access")
(assert_return (invoke $A "call") (i32.const 11))
