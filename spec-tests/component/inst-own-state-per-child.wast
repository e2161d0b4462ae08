;;! title = "Two instances of one child component have states of their own"
;;! rules = ["CM-INST-02"]
;;! needs = ["component-model"]
(component $C
  (component $Child
    (core module $M
      (global $g (mut i32) (i32.const 0))
      (func (export "bump") (result i32)
        (global.set $g (i32.add (global.get $g) (i32.const 1)))
        (global.get $g)))
    (core instance $m (instantiate $M))
    (func (export "bump") (result u32) (canon lift (core func $m "bump"))))
  (instance $a (instantiate $Child))
  (instance $b (instantiate $Child))
  (export "a" (func $a "bump"))
  (export "b" (func $b "bump")))
(assert_return (invoke "a") (u32.const 1))
(assert_return (invoke "a") (u32.const 2))
(assert_return (invoke "b") (u32.const 1))
;;= /$C component begun
;;= /$C/$a component begun
;;= /$C/$a/$m global 0 = i32:0
;;= /$C/$a/$m allocated func 1 global 1
;;= /$C/$a/$m done
;;= /$C/$a component done
;;= /$C/$b component begun
;;= /$C/$b/$m global 0 = i32:0
;;= /$C/$b/$m allocated func 1 global 1
;;= /$C/$b/$m done
;;= /$C/$b component done
;;= /$C component done
