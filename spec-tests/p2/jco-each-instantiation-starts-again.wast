;;! title = "Each instantiation of a component makes a new tree, and runs every start function of it again"
;;! rules = ["P2-JCO-02"]
;;! needs = ["component-model"]
(component definition $D
  (component $Inner
    (core module $M
      (global $g (mut i32) (i32.const 0))
      (func $start (global.set $g (i32.add (global.get $g) (i32.const 5))))
      (start $start)
      (func (export "next") (result i32)
        (global.set $g (i32.mul (global.get $g) (i32.const 2)))
        (global.get $g)))
    (core instance $m (instantiate $M))
    (func (export "next") (result u32) (canon lift (core func $m "next"))))
  (instance $one (instantiate $Inner))
  (instance $two (instantiate $Inner))
  (export "one" (func $one "next"))
  (export "two" (func $two "next")))
(component instance $A $D)
(assert_return (invoke $A "one") (u32.const 10))
(assert_return (invoke $A "one") (u32.const 20))
(assert_return (invoke $A "two") (u32.const 10))
(component instance $B $D)
(assert_return (invoke $B "one") (u32.const 10))
(assert_return (invoke $B "two") (u32.const 10))
(assert_return (invoke $A "one") (u32.const 40))
