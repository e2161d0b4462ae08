;;! title = "A trap in the post-return of a component-level start fails the instantiation"
;;! rules = ["CM-START-09", "CM-START-06"]
;;! needs = ["component-model", "values"]
(assert_trap
  (component
    (core module $M
      (func (export "f") (result i32) (i32.const 5))
      (func (export "post") (param i32) (unreachable)))
    (core instance $m (instantiate $M))
    (func $f (result u32) (canon lift (core func $m "f") (post-return (core func $m "post"))))
    (start $f (result (value $v)))
    (export "v" (value $v)))
  "unreachable")
