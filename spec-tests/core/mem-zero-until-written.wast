;;! title = "A memory is zero to its last byte when the start function runs"
;;! rules = ["CORE-MEM-01"]
(module $N
  (memory 1)
  (global $sum (mut i32) (i32.const 0))
  (func $start (local $i i32)
    (loop $next
      (global.set $sum (i32.or (global.get $sum) (i32.load (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 65536)))))
  (start $start)
  (func (export "sum") (result i32) (global.get $sum)))
(assert_return (invoke $N "sum") (i32.const 0))
;;= /$N global 0 = i32:0
;;= /$N allocated func 2 memory 1 global 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
