;;! title = "Functions of two failed instances of one module keep their states apart"
;;! rules = ["CORE-START-12", "CORE-GEN-01"]
(module $A
  (table (export "t") 2 funcref)
  (global (export "next") (mut i32) (i32.const 0))
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 2 funcref))
    (import "A" "next" (global $next (mut i32)))
    (global $own (mut i32) (i32.const 10))
    (func $leak (result i32)
      (global.set $own (i32.add (global.get $own) (i32.const 1))) (global.get $own))
    (elem declare func $leak)
    (func $start
      (table.set 0 (global.get $next) (ref.func $leak))
      (global.set $next (i32.add (global.get $next) (i32.const 1)))
      (unreachable))
    (start $start))
  "unreachable")
(assert_trap
  (module
    (import "A" "t" (table 2 funcref))
    (import "A" "next" (global $next (mut i32)))
    (global $own (mut i32) (i32.const 20))
    (func $leak (result i32)
      (global.set $own (i32.add (global.get $own) (i32.const 1))) (global.get $own))
    (elem declare func $leak)
    (func $start
      (table.set 0 (global.get $next) (ref.func $leak))
      (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $A "call" (i32.const 0)) (i32.const 11))
(assert_return (invoke $A "call" (i32.const 1)) (i32.const 21))
(assert_return (invoke $A "call" (i32.const 0)) (i32.const 12))
;;= /#0 import "A" "t" table
;;= /#0 import "A" "next" global
;;= /#0 global 1 = i32:10
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 2 global 1
;;= /#0 elem 0 dropped
;;= /#0 start 1 entered
;;= /#0 trap unreachable in start
;;= /#1 import "A" "t" table
;;= /#1 import "A" "next" global
;;= /#1 global 1 = i32:20
;;= /#1 elem 0 = [func /#1#0]
;;= /#1 allocated func 2 global 1
;;= /#1 elem 0 dropped
;;= /#1 start 1 entered
;;= /#1 trap unreachable in start
