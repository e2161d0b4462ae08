;;! title = "What has a maximum of 0 cannot grow in the start function"
;;! rules = ["CORE-START-20"]
(module $N
  (memory 0 0)
  (table 0 0 funcref)
  (global $memory (mut i32) (i32.const 0))
  (global $table (mut i32) (i32.const 0))
  (func $start
    (global.set $memory (memory.grow (i32.const 1)))
    (global.set $table (table.grow 0 (ref.null func) (i32.const 1))))
  (start $start)
  (func (export "memory") (result i32 i32) (global.get $memory) (memory.size))
  (func (export "table") (result i32 i32) (global.get $table) (table.size 0)))
(assert_return (invoke $N "memory") (i32.const -1) (i32.const 0))
(assert_return (invoke $N "table") (i32.const -1) (i32.const 0))
;;= /$N global 0 = i32:0
;;= /$N global 1 = i32:0
;;= /$N allocated func 3 table 1 memory 1 global 2
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
