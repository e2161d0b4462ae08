;;! title = "Growth of an imported memory by a start function that traps afterwards is not taken back"
;;! rules = ["CORE-START-10"]
(module $A
  (memory (export "m") 1)
  (func (export "size") (result i32) (memory.size))
  (func (export "write") (i32.store8 (i32.const 65536) (i32.const 3))))
(register "A" $A)
(assert_trap
  (module
    (import "A" "m" (memory 1))
    (func $start (drop (memory.grow (i32.const 1))) (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $A "size") (i32.const 2))
(assert_return (invoke $A "write"))
