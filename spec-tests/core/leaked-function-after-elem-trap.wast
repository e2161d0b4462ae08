;;! title = "After an element segment trapped, a function that escaped uses its own global, memory and table"
;;! rules = ["CORE-START-13"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (table $own 2 funcref)
    (memory 3)
    (global $g (mut i32) (i32.const 5))
    (func $leak (result i32)
      (global.set $g (i32.add (global.get $g) (i32.const 1)))
      (i32.add
        (i32.add (global.get $g) (i32.mul (memory.size) (i32.const 10)))
        (i32.mul (table.size $own) (i32.const 100))))
    (elem (i32.const 0) $leak)
    (elem (i32.const 1) $leak))
  "out of bounds table access")
(assert_return (invoke $A "call") (i32.const 236))
(assert_return (invoke $A "call") (i32.const 237))
;;= /#0 import "A" "t" table
;;= /#0 global 0 = i32:5
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 elem 1 = [func /#0#0]
;;= /#0 allocated func 1 table 1 memory 1 global 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 elem 1 offset = i32:1
;;= /#0 trap out-of-bounds-table in initialise
