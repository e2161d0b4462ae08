(component
  (core module $A (func (export "f") (result i32) (i32.const 6)))
  (core instance $a (instantiate $A))
  (func $f (result u32) (canon lift (core func $a "f")))
  (core func $f (canon lower (func $f)))
  (core module $B
    (import "" "f" (func $f (result i32)))
    (func $start (drop (call $f)))
    (start $start))
  (core instance (instantiate $B (with "" (instance (export "f" (func $f)))))))
