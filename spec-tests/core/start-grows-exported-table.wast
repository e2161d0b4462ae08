;;! title = "A table that start has grown matches a larger minimum right after instantiation"
;;! rules = ["CORE-START-20"]
(module $N
  (table $t (export "t") 1 funcref)
  (func $f (result i32) (i32.const 4))
  (elem declare func $f)
  (func $start (drop (table.grow $t (ref.func $f) (i32.const 2))))
  (start $start))
(register "N" $N)
(module $After
  (import "N" "t" (table 3 funcref))
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 2))))
(assert_return (invoke $After "call") (i32.const 4))
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 2 table 1
;;= /$N elem 0 dropped
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
;;= /$After import "N" "t" table
;;= /$After allocated func 1
;;= /$After done
