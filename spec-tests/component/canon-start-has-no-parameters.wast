;;! title = "A core start function inside a component takes no parameters either"
;;! rules = ["CM-CANON-06"]
;;! needs = ["component-model"]
(assert_invalid
  (component (core module (func $f (param i32)) (start $f)))
  "start function")
