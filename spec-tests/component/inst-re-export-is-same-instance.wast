;;! title = "An instance that is exported under two names is made once"
;;! rules = ["CM-INST-09"]
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
  (instance $child (instantiate $Child))
  (alias export $child "bump" (func $alias))
  (export "first" (func $child "bump"))
  (export "second" (func $alias)))
(assert_return (invoke "first") (u32.const 1))
(assert_return (invoke "second") (u32.const 2))
;;= /$C component begun
;;= /$C/$child component begun
;;= /$C/$child/$m global 0 = i32:0
;;= /$C/$child/$m allocated func 1 global 1
;;= /$C/$child/$m done
;;= /$C/$child component done
;;= /$C component done
