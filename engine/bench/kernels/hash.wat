;; A 32-bit mixing function over a counter: shifts, rotations, multiplications, exclusive ors.
(module
  (func (export "run") (param $n i32) (result i64)
    (local $i i32) (local $h i32)
    (loop $next
      (local.set $h (i32.xor (local.get $h) (local.get $i)))
      (local.set $h (i32.mul (local.get $h) (i32.const 0x85ebca6b)))
      (local.set $h (i32.rotl (local.get $h) (i32.const 13)))
      (local.set $h (i32.xor (local.get $h) (i32.shr_u (local.get $h) (i32.const 16))))
      (local.set $h (i32.sub (i32.shl (local.get $h) (i32.const 5)) (local.get $h)))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (i64.extend_i32_u (local.get $h))))
