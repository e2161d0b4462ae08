;;! title = "A tail call of the start function to an import is the end of start"
;;! rules = ["CORE-START-19"]
;;! needs = ["tail-call"]
(module $A
  (global $count (mut i32) (i32.const 0))
  (func (export "bump") (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func (export "count") (result i32) (global.get $count)))
(register "A" $A)
(module $N
  (import "A" "bump" (func $bump))
  (func $start (return_call $bump))
  (start $start))
(assert_return (invoke $A "count") (i32.const 1))
;;= /$N import "A" "bump" func
;;= /$N allocated func 1
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
