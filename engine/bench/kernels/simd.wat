;; Sums of products of 16-bit lanes over a buffer, and a 32-bit lane mix: vector loads, multiplies, shuffles.
(module
  (memory 16)
  (func (export "run") (param $n i32) (result i64)
    (local $i i32) (local $p i32) (local $sum v128) (local $mix v128)
    (loop $fill
      (i32.store (local.get $p) (i32.mul (local.get $p) (i32.const 0x9e3779b1)))
      (br_if $fill (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 4))) (i32.const 65536))))
    (local.set $p (i32.const 0))
    (loop $next
      (local.set $sum (i32x4.add (local.get $sum)
        (i32x4.dot_i16x8_s (v128.load (local.get $p)) (v128.load offset=16 (local.get $p)))))
      (local.set $mix (v128.xor (local.get $mix) (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11
        (local.get $sum) (local.get $sum))))
      (local.set $p (i32.and (i32.add (local.get $p) (i32.const 32)) (i32.const 0xffc0)))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (i64.add (i64x2.extract_lane 0 (local.get $sum)) (i64x2.extract_lane 1 (local.get $mix)))))
