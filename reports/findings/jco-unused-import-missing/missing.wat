(component
  (core module $M (func $start (unreachable)) (start $start))
  (core instance (instantiate $M))
  (import "missing" (func)))
