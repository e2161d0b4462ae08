;;! title = "An instantiation changes of another instance only what it imports, whether it succeeds or fails"
;;! rules = ["EMB-HOST-03"]
(module $A
  (memory (export "m") 1)
  (global $own (mut i32) (i32.const 3))
  (global (export "other") (mut i32) (i32.const 4))
  (table $t (export "t") 1 funcref)
  (func (export "own") (result i32) (global.get $own))
  (func (export "is-null") (result i32) (ref.is_null (table.get $t (i32.const 0))))
  ;; The sum of all words of eight bytes.
  (func (export "sum") (result i64) (local $at i32) (local $sum i64)
    (loop $next
      (local.set $sum (i64.add (local.get $sum) (i64.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 65536))))
    (local.get $sum)))
(register "A" $A)
(module $N
  (import "A" "m" (memory 1))
  (global $own (mut i32) (i32.const 9))
  (table 1 funcref)
  (elem (i32.const 0) $start)
  (func $start (global.set $own (i32.const 10)) (i32.store8 (i32.const 0) (i32.const 1)))
  (start $start))
(assert_return (invoke $A "sum") (i64.const 1))
(assert_trap
  (module
    (import "A" "m" (memory 1))
    (global $own (mut i32) (i32.const 9))
    (func $start (global.set $own (i32.const 11)) (i32.store8 (i32.const 65535) (i32.const 2)) (unreachable))
    (start $start))
  "unreachable")
(assert_return (invoke $A "sum") (i64.const 0x0200_0000_0000_0001))
(assert_return (invoke $A "own") (i32.const 3))
(assert_return (get $A "other") (i32.const 4))
(assert_return (invoke $A "is-null") (i32.const 1))
