;;! title = "A child lives as long as its root: it keeps its state from call to call, however it is reached"
;;! rules = ["CM-LIFE-01"]
;;! needs = ["component-model"]
(component $C
  (component $Child
    (core module $M
      (global $n (mut i32) (i32.const 0))
      (func $start (global.set $n (i32.const 10)))
      (start $start)
      (func (export "bump") (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (global.get $n)))
    (core instance $m (instantiate $M))
    (func (export "bump") (result u32) (canon lift (core func $m "bump"))))
  (instance $child (instantiate $Child))
  (core func $bump (canon lower (func $child "bump")))
  (core module $M
    (import "" "bump" (func $bump (result i32)))
    (func (export "through") (result i32) (i32.mul (call $bump) (i32.const 100))))
  (core instance $m (instantiate $M (with "" (instance (export "bump" (func $bump))))))
  (func (export "through") (result u32) (canon lift (core func $m "through")))
  (export "bump" (func $child "bump")))
(assert_return (invoke "bump") (u32.const 11))
(assert_return (invoke "through") (u32.const 1200))
(assert_return (invoke "through") (u32.const 1300))
(assert_return (invoke "bump") (u32.const 14))
;;= /$C component begun
;;= /$C/$child component begun
;;= /$C/$child/$m global 0 = i32:0
;;= /$C/$child/$m allocated func 2 global 1
;;= /$C/$child/$m start 0 entered
;;= /$C/$child/$m start 0 left
;;= /$C/$child/$m done
;;= /$C/$child component done
;;= /$C/$m import "" "bump" func
;;= /$C/$m allocated func 1
;;= /$C/$m done
;;= /$C component done
