;;! title = "A component-level start passes a string through realloc and memory, and gets one back"
;;! rules = ["CM-START-06", "CM-START-04", "CM-START-03"]
;;! needs = ["component-model", "values"]
(component $C
  (component $Make
    (core module $M
      (memory (export "m") 1)
      (data (i32.const 16) "abc")
      (func (export "make") (result i32)
        (i32.store (i32.const 0) (i32.const 16))
        (i32.store (i32.const 4) (i32.const 3))
        (i32.const 0)))
    (core instance $m (instantiate $M))
    (func $make (result string) (canon lift (core func $m "make") (memory (core memory $m "m"))))
    (start $make (result (value $v)))
    (export "v" (value $v)))
  (instance $make (instantiate $Make))
  (core module $M
    (memory (export "m") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
    (func (export "change") (param i32 i32) (result i32)
      (i32.store8 (local.get 0) (i32.const 122))
      (i32.store (i32.const 0) (local.get 0))
      (i32.store (i32.const 4) (local.get 1))
      (i32.const 0)))
  (core instance $m (instantiate $M))
  (func $change (param "s" string) (result string)
    (canon lift (core func $m "change") (memory (core memory $m "m")) (realloc (core func $m "realloc"))))
  (alias export $make "v" (value $v))
  (start $change (value $v) (result (value $r)))
  (export "r" (value $r)))
(assert_return (get "r") (str.const "zbc"))
;;= /$C component begun
;;= /$C/$make component begun
;;= /$C/$make component start 0 ()
;;= /$C/$make lifted "$make result" (string:"abc")
;;= /$C/$make component start 0 returned (string:"abc")
;;= /$C/$make component done
;;= /$C component start 0 (string:"abc")
;;= /$C lowered "$change params" (string:"abc")
;;= /$C lifted "$change result" (string:"zbc")
;;= /$C component start 0 returned (string:"zbc")
;;= /$C component done
