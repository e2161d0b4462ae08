;;! title = "A function that a failed start left in an imported global stays callable, with its own state"
;;! rules = ["CORE-START-12", "CORE-START-27"]
;;! needs = ["function-references"]
(module $A
  (type $f (func (result i32)))
  (global $g (export "g") (mut (ref null $f)) (ref.null $f))
  (func (export "call") (result i32) (call_ref $f (global.get $g))))
(register "A" $A)
(assert_trap
  (module
    (type $f (func (result i32)))
    (import "A" "g" (global $g (mut (ref null $f))))
    (memory 1)
    (data (i32.const 3) "\21")
    (func $leak (type $f) (i32.load8_u (i32.const 3)))
    (elem declare func $leak)
    (func $start (global.set $g (ref.func $leak)) (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $A "call") (i32.const 33))
;;= /#0 import "A" "g" global
;;= /#0 elem 0 = [func /#0#0]
;;= /#0 allocated func 2 memory 1
;;= /#0 elem 0 dropped
;;= /#0 data 0 offset = i32:3
;;= /#0 data 0 -> memory 0 at 3 len 1
;;= /#0 data 0 dropped
;;= /#0 start 1 entered
;;= /#0 trap unreachable in start
