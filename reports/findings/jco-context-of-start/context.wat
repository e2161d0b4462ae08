(component
  (core func $get (canon context.get i32 0))
  (core func $set (canon context.set i32 0))
  (core module $A
    (import "" "set" (func $set (param i32)))
    (func $start (call $set (i32.const 7)))
    (start $start))
  (core module $B
    (import "" "get" (func $get (result i32)))
    (func $start (if (call $get) (then (unreachable))))
    (start $start))
  (core instance (instantiate $A (with "" (instance (export "set" (func $set))))))
  (core instance (instantiate $B (with "" (instance (export "get" (func $get)))))))
