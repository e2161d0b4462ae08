;;! title = "What the start function leaves in a mutable global is what its export shows"
;;! rules = ["CORE-GLOB-07"]
(module $N
  (global $g (export "g") (mut i32) (i32.const 1))
  (func $start (global.set $g (i32.add (global.get $g) (i32.const 10))))
  (start $start))
(assert_return (get $N "g") (i32.const 11))
(register "N" $N)
(module $After
  (import "N" "g" (global $g (mut i32)))
  (func (export "get") (result i32) (global.get $g)))
(assert_return (invoke $After "get") (i32.const 11))
;;= /$N global 0 = i32:1
;;= /$N allocated func 1 global 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
