;; Points of the Mandelbrot set on an n by n grid: f64 arithmetic and comparisons.
(module
  (func (export "run") (param $n i32) (result i64)
    (local $px i32) (local $py i32) (local $k i32) (local $inside i64)
    (local $cx f64) (local $cy f64) (local $x f64) (local $y f64) (local $xx f64) (local $yy f64) (local $scale f64)
    (local.set $scale (f64.div (f64.const 3) (f64.convert_i32_u (local.get $n))))
    (loop $rows
      (local.set $px (i32.const 0))
      (local.set $cy (f64.sub (f64.mul (f64.convert_i32_u (local.get $py)) (local.get $scale)) (f64.const 1.5)))
      (loop $columns
        (local.set $cx (f64.sub (f64.mul (f64.convert_i32_u (local.get $px)) (local.get $scale)) (f64.const 2)))
        (local.set $x (f64.const 0)) (local.set $y (f64.const 0)) (local.set $k (i32.const 0))
        (block $escaped
          (loop $iterate
            (local.set $xx (f64.mul (local.get $x) (local.get $x)))
            (local.set $yy (f64.mul (local.get $y) (local.get $y)))
            (br_if $escaped (f64.gt (f64.add (local.get $xx) (local.get $yy)) (f64.const 4)))
            (local.set $y (f64.add (f64.mul (f64.mul (local.get $x) (local.get $y)) (f64.const 2)) (local.get $cy)))
            (local.set $x (f64.add (f64.sub (local.get $xx) (local.get $yy)) (local.get $cx)))
            (br_if $iterate (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 100))))
          (local.set $inside (i64.add (local.get $inside) (i64.const 1))))
        (br_if $columns (i32.lt_u (local.tee $px (i32.add (local.get $px) (i32.const 1))) (local.get $n))))
      (br_if $rows (i32.lt_u (local.tee $py (i32.add (local.get $py) (i32.const 1))) (local.get $n))))
    (local.get $inside)))
