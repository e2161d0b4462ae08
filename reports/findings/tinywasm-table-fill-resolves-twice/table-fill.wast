;;! title = "Entries that start fills an imported table with are the function that it names"
;;! rules = ["CORE-START-24"]
(module $A
  (table (export "t") 3 funcref)
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(register "A" $A)
(module $N
  (import "A" "t" (table 3 funcref))
  (func $one (result i32) (i32.const 1))
  (func $two (result i32) (i32.const 2))
  (elem declare func $one)
  (func $start (table.fill (i32.const 1) (ref.func $one) (i32.const 2)))
  (start $start))
(assert_trap (invoke $A "call" (i32.const 0)) "uninitialized element")
(assert_return (invoke $A "call" (i32.const 1)) (i32.const 1))
(assert_return (invoke $A "call" (i32.const 2)) (i32.const 1))
