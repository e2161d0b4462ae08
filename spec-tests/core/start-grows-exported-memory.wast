;;! title = "A memory that start has grown matches a larger minimum right after instantiation"
;;! rules = ["CORE-START-20"]
(module $N
  (memory (export "m") 1)
  (func $start (drop (memory.grow (i32.const 2))) (i32.store8 (i32.const 131072) (i32.const 7)))
  (start $start))
(register "N" $N)
(module $After
  (import "N" "m" (memory 3))
  (func (export "read") (result i32) (i32.load8_u (i32.const 131072))))
(assert_return (invoke $After "read") (i32.const 7))
;;= /$N allocated func 1 memory 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
;;= /$After import "N" "m" memory
;;= /$After allocated func 1
;;= /$After done
