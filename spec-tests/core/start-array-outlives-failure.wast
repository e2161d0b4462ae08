;;! title = "An array that a failed start left in an imported global stays whole"
;;! rules = ["CORE-START-27"]
;;! needs = ["gc"]
(module $A
  (type $a (array (mut i32)))
  (global $g (export "g") (mut (ref null $a)) (ref.null $a))
  (func (export "read") (param i32) (result i32) (array.get $a (global.get $g) (local.get 0)))
  (func (export "len") (result i32) (array.len (global.get $g))))
(register "A" $A)
(assert_trap
  (module
    (type $a (array (mut i32)))
    (import "A" "g" (global $g (mut (ref null $a))))
    (func $start
      (global.set $g (array.new_fixed $a 2 (i32.const 3) (i32.const 4)))
      (drop (array.get $a (global.get $g) (i32.const 2))))
    (start $start))
  "out of bounds array access")
(assert_return (invoke $A "len") (i32.const 2))
(assert_return (invoke $A "read" (i32.const 1)) (i32.const 4))
;;= /#0 import "A" "g" global
;;= /#0 allocated func 1
;;= /#0 start 0 entered
;;= /#0 trap out-of-bounds-array in start
