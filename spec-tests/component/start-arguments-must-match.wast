;;! title = "The arguments of a component-level start match its function in number and type"
;;! rules = ["CM-START-03"]
;;! needs = ["component-model", "values"]
(assert_invalid
  (component
    (import "v" (value $v u32))
    (core module $M (func (export "f") (param i32)))
    (core instance $m (instantiate $M))
    (func $f (param "a" char) (canon lift (core func $m "f")))
    (start $f (value $v)))
  "value type mismatch")
(assert_invalid
  (component
    (core module $M (func (export "f") (param i32)))
    (core instance $m (instantiate $M))
    (func $f (param "a" u32) (canon lift (core func $m "f")))
    (start $f))
  "start function requires 1 arguments")
