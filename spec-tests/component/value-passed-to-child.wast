;;! title = "The result of a start is passed to a child, whose own start uses it before the parent goes on"
;;! rules = ["CM-VAL-01", "CM-START-04", "CM-ORD-03"]
;;! needs = ["component-model", "values"]
(component $C
  (component $Child
    (import "v" (value $v u32))
    (core module $M
      (func (export "ten-times") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 10))))
    (core instance $m (instantiate $M))
    (func $f (param "a" u32) (result u32) (canon lift (core func $m "ten-times")))
    (start $f (value $v) (result (value $r)))
    (export "out" (value $r)))
  (core module $M (func (export "four") (result i32) (i32.const 4)))
  (core instance $m (instantiate $M))
  (func $four (result u32) (canon lift (core func $m "four")))
  (start $four (result (value $v)))
  (instance $child (instantiate $Child (with "v" (value $v))))
  (alias export $child "out" (value $out))
  (export "out" (value $out)))
(assert_return (get "out") (u32.const 40))
;;= /$C component begun
;;= /$C component start 0 ()
;;= /$C lifted "$four result" (u32:4)
;;= /$C component start 0 returned (u32:4)
;;= /$C/$child component begun
;;= /$C/$child import "" "v" value
;;= /$C/$child component start 0 (u32:4)
;;= /$C/$child lowered "$f params" (u32:4)
;;= /$C/$child lifted "$f result" (u32:40)
;;= /$C/$child component start 0 returned (u32:40)
;;= /$C/$child component done
;;= /$C component done
