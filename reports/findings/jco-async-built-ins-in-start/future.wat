(component
  (type $t (future u8))
  (core func $new (canon future.new $t))
  (core module $M (import "" "new" (func $new (result i64))) (func $start (drop (call $new))) (start $start))
  (core instance (instantiate $M (with "" (instance (export "new" (func $new)))))))
