;;! title = "Data segments are written in the order of their indices and not of their offsets"
;;! rules = ["CORE-DATA-01"]
(module $N
  (memory 1)
  (data (i32.const 2) "zz")
  (data (i32.const 0) "aaa")
  (global $seen (mut i32) (i32.const 0))
  (func $start (global.set $seen (i32.load8_u (i32.const 2))))
  (start $start)
  (func (export "seen") (result i32) (global.get $seen)))
(assert_return (invoke $N "seen") (i32.const 97))
;;= /$N global 0 = i32:0
;;= /$N allocated func 2 memory 1 global 1
;;= /$N data 0 offset = i32:2
;;= /$N data 0 -> memory 0 at 2 len 2
;;= /$N data 0 dropped
;;= /$N data 1 offset = i32:0
;;= /$N data 1 -> memory 0 at 0 len 3
;;= /$N data 1 dropped
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
