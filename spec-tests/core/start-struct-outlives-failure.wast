;;! title = "A structure that a failed start left in an imported table stays whole"
;;! rules = ["CORE-START-27"]
;;! needs = ["gc"]
(module $A
  (type $s (struct (field (mut i32))))
  (table $t (export "t") 1 (ref null $s))
  (func (export "read") (result i32) (struct.get $s 0 (table.get $t (i32.const 0)))))
(register "A" $A)
(assert_trap
  (module
    (type $s (struct (field (mut i32))))
    (import "A" "t" (table $t 1 (ref null $s)))
    (func $start
      (table.set $t (i32.const 0) (struct.new $s (i32.const 66)))
      (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $A "read") (i32.const 66))
;;= /#0 import "A" "t" table
;;= /#0 allocated func 1
;;= /#0 start 0 entered
;;= /#0 trap unreachable in start
