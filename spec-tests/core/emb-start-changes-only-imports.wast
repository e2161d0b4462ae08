;;! title = "An instantiation that succeeds changes of another instance only what it imports"
;;! rules = ["EMB-HOST-03"]
(module $A
  (memory (export "m") 1)
  (global $own (mut i32) (i32.const 3))
  (func (export "own") (result i32) (global.get $own)))
(register "A" $A)
(module $N
  (import "A" "m" (memory 1))
  (global $own (mut i32) (i32.const 9))
  (func $start (global.set $own (i32.const 10)) (i32.store8 (i32.const 0) (i32.const 1)))
  (start $start))
(assert_return (invoke $A "own") (i32.const 3))
;;= /$N import "A" "m" memory
;;= /$N global 0 = i32:9
;;= /$N allocated func 1 global 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
