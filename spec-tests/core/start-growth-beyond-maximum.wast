;;! title = "A growth that fails in the start function gives -1 and does not fail the instantiation"
;;! rules = ["CORE-START-20"]
(module $N
  (memory 1 1)
  (table 1 1 funcref)
  (global $sum (mut i32) (i32.const 0))
  (func $start
    (global.set $sum
      (i32.add
        (memory.grow (i32.const 1))
        (table.grow 0 (ref.null func) (i32.const 1)))))
  (start $start)
  (func (export "sum") (result i32) (global.get $sum))
  (func (export "size") (result i32) (memory.size)))
(assert_return (invoke $N "sum") (i32.const -2))
(assert_return (invoke $N "size") (i32.const 1))
;;= /$N global 0 = i32:0
;;= /$N allocated func 3 table 1 memory 1 global 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
