;;! title = "A start function that waits in vain goes on with all that it had"
;;! rules = ["CORE-START-28"]
;;! needs = ["threads"]
(module $N
  (memory 1 1 shared)
  (global $one (mut i32) (i32.const 1))
  (global $late (export "late") (mut i32) (i32.const 0))
  (global $other (export "other") (mut i32) (i32.const 0))
  (global $local (export "local") (mut i32) (i32.const 0))
  (global $operand (export "operand") (mut i32) (i32.const 0))
  (func $start (local $x i32)
    ;; No constant: a compiler keeps it in the frame.
    (local.set $x (i32.add (global.get $one) (i32.const 6)))
    (global.set $late (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))
    (global.set $local (local.get $x))
    (i32.add (global.get $one) (i32.const 40))
    (global.set $other (memory.atomic.wait64 (i32.const 8) (i64.const 1) (i64.const 0)))
    (global.set $operand))
  (start $start))
(assert_return (get $N "late") (i32.const 2))
(assert_return (get $N "other") (i32.const 1))
(assert_return (get $N "local") (i32.const 7))
(assert_return (get $N "operand") (i32.const 41))
;;= /$N global 0 = i32:1
;;= /$N global 1 = i32:0
;;= /$N global 2 = i32:0
;;= /$N global 3 = i32:0
;;= /$N global 4 = i32:0
;;= /$N allocated func 1 memory 1 global 5
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
