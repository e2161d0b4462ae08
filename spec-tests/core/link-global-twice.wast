;;! title = "A mutable global imported twice is one global, in start too"
;;! rules = ["CORE-LINK-08"]
(module $A (global (export "g") (mut i32) (i32.const 1)))
(register "A" $A)
(module $N
  (import "A" "g" (global $first (mut i32)))
  (import "A" "g" (global $second (mut i32)))
  (func $start
    (global.set $first (i32.const 20))
    (global.set $second (i32.add (global.get $second) (i32.const 3))))
  (start $start)
  (func (export "first") (result i32) (global.get $first)))
(assert_return (invoke $N "first") (i32.const 23))
(assert_return (get $A "g") (i32.const 23))
;;= /$N import "A" "g" global
;;= /$N import "A" "g" global
;;= /$N allocated func 2
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
