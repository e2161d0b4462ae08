;;! title = "What the start function grows a memory by is zero"
;;! rules = ["CORE-MEM-01", "CORE-START-20"]
(module $N
  (memory 0)
  (global $seen (mut i32) (i32.const -1))
  (func $start
    (drop (memory.grow (i32.const 1)))
    (global.set $seen (i32.or (i32.load (i32.const 0)) (i32.load (i32.const 65532)))))
  (start $start)
  (func (export "seen") (result i32) (global.get $seen)))
(assert_return (invoke $N "seen") (i32.const 0))
;;= /$N global 0 = i32:-1
;;= /$N allocated func 2 memory 1 global 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
