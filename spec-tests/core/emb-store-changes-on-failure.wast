;;! title = "A failed instantiation leaves a store that differs from the one before"
;;! rules = ["EMB-INST-01"]
(module $A
  (table (export "t") 1 funcref)
  (memory (export "m") 1)
  (global (export "g") (mut i32) (i32.const 0))
  (func (export "is_null") (result i32) (ref.is_null (table.get 0 (i32.const 0))))
  (func (export "size") (result i32) (memory.size)))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (import "A" "m" (memory 1))
    (import "A" "g" (global $g (mut i32)))
    (func $start
      (drop (memory.grow (i32.const 1)))
      (global.set $g (i32.const 1))
      (unreachable))
    (elem (i32.const 0) $start)
    (start $start))
  "unreachable")
(assert_return (invoke $A "is_null") (i32.const 0))
(assert_return (invoke $A "size") (i32.const 2))
(assert_return (get $A "g") (i32.const 1))
;;= /#0 import "A" "t" table
;;= /#0 import "A" "m" memory
;;= /#0 import "A" "g" global
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 start 0 entered
;;= /#0 trap unreachable in start
