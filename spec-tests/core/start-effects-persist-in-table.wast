;;! title = "What start wrote to an imported table, and its growth, stay after a trap"
;;! rules = ["CORE-START-10", "CORE-START-11"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table $t 1 funcref))
    (func $f (result i32) (i32.const 6))
    (elem declare func $f)
    (func $start
      (table.set $t (i32.const 0) (ref.func $f))
      (drop (table.grow $t (ref.func $f) (i32.const 1)))
      (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $A "call" (i32.const 0)) (i32.const 6))
(assert_return (invoke $A "call" (i32.const 1)) (i32.const 6))
;;= /#0 import "A" "t" table
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 2
;;= /#0 elem 0 dropped
;;= /#0 start 1 entered
;;= /#0 trap unreachable in start
