;;! title = "A component that asks for more than its declared type gives is refused before anything starts"
;;! rules = ["CM-ORD-11"]
;;! needs = ["component-model"]
;; `make` asks for a module that exports two functions; whoever takes it as one that is content with one would run it.
(component $Root
  (component $Make
    (import "m" (core module $M (export "a" (func)) (export "b" (func))))
    (core instance $m (instantiate $M)))
  (export "make" (component $Make)))
(register "root" $Root)
(component $Fits
  (import "root" (instance
    (export "make" (component
      (import "m" (core module (export "a" (func)) (export "b" (func)) (export "c" (func)))))))))
(assert_unlinkable
  (component
    (core module $Trap (func $start (unreachable)) (start $start))
    (core instance (instantiate $Trap))
    (import "root" (instance
      (export "make" (component (import "m" (core module (export "a" (func)))))))))
  "incompatible import type")
;;= /$Root component begun
;;= /$Root component done
;;= /$Fits component begun
;;= /$Fits import "" "root" instance
;;= /$Fits component done
;;= => unlinkable
