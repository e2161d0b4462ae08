;;! title = "Growth of an imported table by a start function that traps afterwards is not taken back"
;;! rules = ["CORE-START-10"]
(module $A
  (table $t (export "t") 1 funcref)
  (func (export "size") (result i32) (table.size $t))
  (func (export "call") (param i32) (result i32) (call_indirect $t (result i32) (local.get 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table $t 1 funcref))
    (elem declare func $f)
    (func $f (result i32) (i32.const 6))
    (func $start (drop (table.grow $t (ref.func $f) (i32.const 2))) (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $A "size") (i32.const 3))
(assert_return (invoke $A "call" (i32.const 2)) (i32.const 6))
