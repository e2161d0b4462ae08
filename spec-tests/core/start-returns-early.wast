;;! title = "A start function that returns early has left, and the instance is complete"
;;! rules = ["CORE-START-04"]
(module $N
  (global $g (mut i32) (i32.const 0))
  (func $start
    (global.set $g (i32.const 1))
    (return)
    (unreachable))
  (start $start)
  (func (export "get") (result i32) (global.get $g)))
(assert_return (invoke $N "get") (i32.const 1))
;;= /$N global 0 = i32:0
;;= /$N allocated func 2 global 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
