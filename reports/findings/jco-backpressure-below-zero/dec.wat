(component
  (core func $dec (canon backpressure.dec))
  (core module $M (import "" "dec" (func $dec)) (start $dec))
  (core instance (instantiate $M (with "" (instance (export "dec" (func $dec)))))))
