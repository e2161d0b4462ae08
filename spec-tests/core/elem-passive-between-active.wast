;;! title = "Passive element segments between active ones keep their place, are not written and not dropped"
;;! rules = ["CORE-ELEM-07", "CORE-ELEM-01"]
(module $N
  (table 3 funcref)
  (func $a (result i32) (i32.const 1))
  (func $b (result i32) (i32.const 2))
  (func $c (result i32) (i32.const 3))
  (elem (i32.const 0) $a)
  (elem $p func $b)
  (elem (i32.const 1) $c)
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))
  (func (export "init") (table.init $p (i32.const 2) (i32.const 0) (i32.const 1))))
(assert_return (invoke $N "call" (i32.const 0)) (i32.const 1))
(assert_return (invoke $N "call" (i32.const 1)) (i32.const 3))
(assert_trap (invoke $N "call" (i32.const 2)) "uninitialized element")
(assert_return (invoke $N "init"))
(assert_return (invoke $N "call" (i32.const 2)) (i32.const 2))
