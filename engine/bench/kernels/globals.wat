;; A linear-feedback register kept in globals, with select: globals and parametric instructions.
(module
  (global $state (mut i64) (i64.const 0x123456789abcdef))
  (global $ones (mut i64) (i64.const 0))
  (func (export "run") (param $n i32) (result i64)
    (local $i i32)
    (global.set $state (i64.const 0x123456789abcdef))
    (global.set $ones (i64.const 0))
    (loop $next
      (global.set $state (select
        (i64.xor (i64.shr_u (global.get $state) (i64.const 1)) (i64.const 0xd800000000000000))
        (i64.shr_u (global.get $state) (i64.const 1))
        (i32.wrap_i64 (i64.and (global.get $state) (i64.const 1)))))
      (global.set $ones (i64.add (global.get $ones) (i64.and (global.get $state) (i64.const 1))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (i64.add (global.get $ones) (i64.shr_u (global.get $state) (i64.const 32)))))
