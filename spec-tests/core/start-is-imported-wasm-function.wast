;;! title = "An imported start function runs in the instance that defines it"
;;! rules = ["CORE-START-06"]
(module $A
  (global $count (mut i32) (i32.const 0))
  (func (export "bump") (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func (export "count") (result i32) (global.get $count)))
(register "A" $A)
(module $N
  (import "A" "bump" (func $bump))
  (global (mut i32) (i32.const 50))
  (start $bump))
(assert_return (invoke $A "count") (i32.const 1))
;;= /$N import "A" "bump" func
;;= /$N global 0 = i32:50
;;= /$N allocated global 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
