;;! title = "A start function that is exported can be called again"
;;! rules = ["CORE-START-07"]
(module $N
  (global $count (mut i32) (i32.const 0))
  (func $start (export "start") (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (start $start)
  (func (export "count") (result i32) (global.get $count)))
(assert_return (invoke $N "count") (i32.const 1))
(assert_return (invoke $N "start"))
(assert_return (invoke $N "count") (i32.const 2))
;;= /$N global 0 = i32:0
;;= /$N allocated func 2 global 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
