;; Steps of the Collatz sequence for every start below n: 32-bit arithmetic in a tight loop.
(module
  (func (export "run") (param $n i32) (result i64)
    (local $i i32) (local $x i64) (local $steps i64)
    (local.set $i (i32.const 1))
    (loop $starts
      (local.set $x (i64.extend_i32_u (local.get $i)))
      (block $done
        (loop $walk
          (br_if $done (i64.le_u (local.get $x) (i64.const 1)))
          (local.set $steps (i64.add (local.get $steps) (i64.const 1)))
          (if (i64.eqz (i64.and (local.get $x) (i64.const 1)))
            (then (local.set $x (i64.shr_u (local.get $x) (i64.const 1))))
            (else (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 3)) (i64.const 1)))))
          (br $walk)))
      (br_if $starts (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $steps)))
