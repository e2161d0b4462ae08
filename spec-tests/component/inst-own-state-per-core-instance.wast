;;! title = "Two core instances of one module in a component have states of their own"
;;! rules = ["CM-INST-01"]
;;! needs = ["component-model"]
(component $C
  (core module $M
    (global $g (mut i32) (i32.const 0))
    (memory 1)
    (func (export "bump") (result i32)
      (global.set $g (i32.add (global.get $g) (i32.const 1)))
      (i32.store8 (i32.const 0) (i32.add (i32.load8_u (i32.const 0)) (i32.const 10)))
      (i32.add (global.get $g) (i32.load8_u (i32.const 0)))))
  (core instance $a (instantiate $M))
  (core instance $b (instantiate $M))
  (func (export "a") (result u32) (canon lift (core func $a "bump")))
  (func (export "b") (result u32) (canon lift (core func $b "bump"))))
(assert_return (invoke "a") (u32.const 11))
(assert_return (invoke "a") (u32.const 22))
(assert_return (invoke "b") (u32.const 11))
;;= /$C component begun
;;= /$C/$a global 0 = i32:0
;;= /$C/$a allocated func 1 memory 1 global 1
;;= /$C/$a done
;;= /$C/$b global 0 = i32:0
;;= /$C/$b allocated func 1 memory 1 global 1
;;= /$C/$b done
;;= /$C component done
