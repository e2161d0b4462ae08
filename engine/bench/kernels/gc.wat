;; Lists of structures built and walked: allocation, field access, garbage.
(module
  (type $node (struct (field $value i64) (field $next (ref null $node))))
  (func (export "run") (param $n i32) (result i64)
    (local $i i32) (local $k i32) (local $list (ref null $node)) (local $sum i64)
    (loop $rounds
      (local.set $k (i32.const 0)) (local.set $list (ref.null $node))
      (loop $build
        (local.set $list (struct.new $node (i64.extend_i32_u (local.get $k)) (local.get $list)))
        (br_if $build (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 100))))
      (block $done
        (loop $walk
          (local.set $sum (i64.add (local.get $sum)
            (struct.get $node $value (br_on_null $done (local.get $list)))))
          (local.set $list (struct.get $node $next (local.get $list)))
          (br $walk))
        unreachable)
      (br_if $rounds (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $sum)))
