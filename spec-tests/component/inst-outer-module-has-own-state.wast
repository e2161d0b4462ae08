;;! title = "A nested component that takes a module of the outer one makes an instance of its own"
;;! rules = ["CM-INST-08"]
;;! needs = ["component-model"]
(component $C
  (core module $M
    (global $g (mut i32) (i32.const 0))
    (func (export "bump") (result i32)
      (global.set $g (i32.add (global.get $g) (i32.const 1)))
      (global.get $g)))
  (core instance $m (instantiate $M))
  (component $Child
    (alias outer $C $M (core module $Outer))
    (core instance $m (instantiate $Outer))
    (func (export "bump") (result u32) (canon lift (core func $m "bump"))))
  (instance $child (instantiate $Child))
  (func (export "outer") (result u32) (canon lift (core func $m "bump")))
  (export "inner" (func $child "bump")))
(assert_return (invoke "outer") (u32.const 1))
(assert_return (invoke "outer") (u32.const 2))
(assert_return (invoke "inner") (u32.const 1))
;;= /$C component begun
;;= /$C/$m global 0 = i32:0
;;= /$C/$m allocated func 1 global 1
;;= /$C/$m done
;;= /$C/$child component begun
;;= /$C/$child/$m global 0 = i32:0
;;= /$C/$child/$m allocated func 1 global 1
;;= /$C/$child/$m done
;;= /$C/$child component done
;;= /$C component done
