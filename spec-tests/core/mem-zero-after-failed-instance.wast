;;! title = "The memory and the table of an instance are new after others of the same size have failed"
;;! rules = ["CORE-MEM-01", "CORE-TAB-06", "CORE-GEN-01"]
;;! bugs = ["POOL-DATA-LEAK"]
(assert_trap
  (module
    (memory 1)
    (table 4 funcref)
    (func $start
      (memory.fill (i32.const 0) (i32.const 255) (i32.const 65536))
      (unreachable))
    (elem (i32.const 0) $start $start $start $start)
    (data (i32.const 100) "abc")
    (start $start))
  "unreachable")
(assert_trap
  (module (memory 1) (data (i32.const 200) "abc") (data (i32.const 65536) "x"))
  "out of bounds memory access")
(module $N
  (memory 1)
  (table 4 funcref)
  (func (export "nulls") (param i32) (result i32) (ref.is_null (table.get 0 (local.get 0))))
  (func (export "sum") (result i64) (local $at i32) (local $sum i64)
    (loop $next
      (local.set $sum (i64.or (local.get $sum) (i64.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 65536))))
    (local.get $sum)))
(assert_return (invoke $N "sum") (i64.const 0))
(assert_return (invoke $N "nulls" (i32.const 0)) (i32.const 1))
(assert_return (invoke $N "nulls" (i32.const 3)) (i32.const 1))
