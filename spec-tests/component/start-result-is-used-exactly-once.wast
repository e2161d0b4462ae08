;;! title = "A value must be used exactly once before the end of the component"
;;! rules = ["CM-START-05"]
;;! needs = ["component-model", "values"]
(assert_invalid
  (component
    (core module $M (func (export "f") (result i32) (i32.const 77)))
    (core instance $m (instantiate $M))
    (func $f (result u32) (canon lift (core func $m "f")))
    (start $f (result (value $r))))
  "value index 0 was not used")
(assert_invalid
  (component
    (core module $M (func (export "f") (result i32) (i32.const 77)))
    (core instance $m (instantiate $M))
    (func $f (result u32) (canon lift (core func $m "f")))
    (start $f (result (value $r)))
    (export "a" (value $r))
    (export "b" (value $r)))
  "cannot be used more than once")
