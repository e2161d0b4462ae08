(component
  (core module $Memory (memory (export "m") 1))
  (core instance $memory (instantiate $Memory))
  (core func $new (canon waitable-set.new))
  (core func $poll (canon waitable-set.poll (memory (core memory $memory "m"))))
  (core module $M
    (import "" "new" (func $new (result i32)))
    (import "" "poll" (func $poll (param i32 i32) (result i32)))
    (func $start (drop (call $poll (call $new) (i32.const 0))))
    (start $start))
  (core instance (instantiate $M (with "" (instance (export "new" (func $new)) (export "poll" (func $poll)))))))
