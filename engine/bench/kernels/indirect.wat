;; Calls through a table by a pseudo-random index.
(module
  (type $step (func (param i64) (result i64)))
  (table 4 funcref)
  (elem (i32.const 0) $double $increment $fold $negate)
  (func $double (type $step) (i64.shl (local.get 0) (i64.const 1)))
  (func $increment (type $step) (i64.add (local.get 0) (i64.const 1)))
  (func $fold (type $step) (i64.xor (local.get 0) (i64.shr_u (local.get 0) (i64.const 7))))
  (func $negate (type $step) (i64.sub (i64.const 0) (local.get 0)))
  (func (export "run") (param $n i32) (result i64)
    (local $i i32) (local $x i64)
    (local.set $x (i64.const 1))
    (loop $next
      (local.set $x (call_indirect (type $step) (local.get $x)
        (i32.and (i32.shr_u (i32.mul (local.get $i) (i32.const 0x9e3779b1)) (i32.const 28)) (i32.const 3))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $x)))
