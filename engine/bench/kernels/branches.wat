;; A state machine over a pseudo-random input: br_table, br_if, blocks with results.
(module
  (func (export "run") (param $n i32) (result i64)
    (local $i i32) (local $state i32) (local $seed i32) (local $count i64)
    (local.set $seed (i32.const 12345))
    (loop $next
      (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1103515245)) (i32.const 12345)))
      (local.set $state
        (block $out (result i32)
          (block $three (block $two (block $one (block $zero
            (br_table $zero $one $two $three (local.get $state)))
            (br $out (i32.and (i32.shr_u (local.get $seed) (i32.const 16)) (i32.const 3))))
            (local.set $count (i64.add (local.get $count) (i64.const 1)))
            (br $out (select (i32.const 2) (i32.const 0) (i32.and (local.get $seed) (i32.const 0x10000)))))
            (drop (br_if $out (i32.const 3) (i32.lt_s (local.get $seed) (i32.const 0))))
            (br $out (i32.const 1)))
          (local.set $count (i64.add (local.get $count) (i64.const 3)))
          (i32.const 0)))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $count)))
