;;! title = "The bounds of a segment are checked when its turn comes, after those before it were written"
;;! rules = ["CORE-FAIL-03", "CORE-ELEM-02"]
(module $A
  (table (export "t") 1 funcref)
  (memory (export "m") 1)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0)))
  (func (export "read") (result i32) (i32.load8_u (i32.const 0))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "t" (table 1 funcref))
    (import "A" "m" (memory 1))
    (func $f (result i32) (i32.const 3))
    (elem (i32.const 0) $f)
    (data (i32.const 0) "\04")
    (data (i32.const 65535) "\05\06"))
  "out of bounds memory access")
(assert_return (invoke $A "call") (i32.const 3))
(assert_return (invoke $A "read") (i32.const 4))
;;= /#0 import "A" "t" table
;;= /#0 import "A" "m" memory
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 1
;;= /#0 elem 0 offset = i32:0
;;= /#0 elem 0 -> table 0 at 0 len 1
;;= /#0 elem 0 dropped
;;= /#0 data 0 offset = i32:0
;;= /#0 data 0 -> memory 0 at 0 len 1
;;= /#0 data 0 dropped
;;= /#0 data 1 offset = i32:65535
;;= /#0 trap out-of-bounds-memory in initialise
