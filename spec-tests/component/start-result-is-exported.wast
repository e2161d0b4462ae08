;;! title = "The result of a component-level start is a value that the component can export"
;;! rules = ["CM-START-04", "CM-VAL-03", "CM-START-05"]
;;! needs = ["component-model", "values"]
(component $C
  (core module $M (func (export "f") (result i32) (i32.const 77)))
  (core instance $m (instantiate $M))
  (func $f (result u32) (canon lift (core func $m "f")))
  (start $f (result (value $r)))
  (export "r" (value $r)))
(assert_return (get "r") (u32.const 77))
;;= /$C component begun
;;= /$C component start 0 ()
;;= /$C lifted "$f result" (u32:77)
;;= /$C component start 0 returned (u32:77)
;;= /$C component done
