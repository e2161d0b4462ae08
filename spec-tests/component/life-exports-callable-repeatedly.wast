;;! title = "The exports of a component may be called in any order and any number of times"
;;! rules = ["CM-LIFE-02"]
;;! needs = ["component-model"]
(component $C
  (core module $M
    (global $v (mut i32) (i32.const 1))
    (func (export "double") (result i32)
      (global.set $v (i32.mul (global.get $v) (i32.const 2)))
      (global.get $v))
    (func (export "plus") (result i32)
      (global.set $v (i32.add (global.get $v) (i32.const 1)))
      (global.get $v)))
  (core instance $m (instantiate $M))
  (func (export "double") (result u32) (canon lift (core func $m "double")))
  (func (export "plus") (result u32) (canon lift (core func $m "plus"))))
(assert_return (invoke "plus") (u32.const 2))
(assert_return (invoke "double") (u32.const 4))
(assert_return (invoke "double") (u32.const 8))
(assert_return (invoke "plus") (u32.const 9))
;;= /$C component begun
;;= /$C/$m global 0 = i32:1
;;= /$C/$m allocated func 2 global 1
;;= /$C/$m done
;;= /$C component done
