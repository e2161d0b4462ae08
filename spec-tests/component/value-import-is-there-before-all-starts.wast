;;! title = "A value that the root imports is there for the first start, which stands before the import's last use"
;;! rules = ["CM-VAL-01", "CM-START-03"]
;;! needs = ["component-model", "values"]
;;! gives = [{ import = "v", of = "p", export = "out" }]
(component $P
  (core module $M (func (export "f") (result i32) (i32.const 4)))
  (core instance $m (instantiate $M))
  (func $f (result u32) (canon lift (core func $m "f")))
  (start $f (result (value $r)))
  (export "out" (value $r)))
(register "p" $P)
(component $C
  (import "v" (value $v u32))
  (core module $M
    (func (export "f") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 10))))
  (core instance $m (instantiate $M))
  (func $f (param "a" u32) (result u32) (canon lift (core func $m "f")))
  (start $f (value $v) (result (value $r)))
  (export "r" (value $r)))
(assert_return (get "r") (u32.const 40))
