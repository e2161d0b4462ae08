;;! title = "Each lifted function reads its result from the memory that its definition names"
;;! rules = ["CM-CANON-01"]
;;! needs = ["component-model"]
(component $C
  (core module $M
    (memory (export "m") 1)
    (func (export "f") (result i32)
      (i32.store (i32.const 0) (i32.const 8))
      (i32.store (i32.const 4) (i32.const 1))
      (i32.const 0))
    (func (export "set") (param i32) (i32.store8 (i32.const 8) (local.get 0))))
  (core instance $a (instantiate $M))
  (core instance $b (instantiate $M))
  (func (export "set-a") (param "c" u8) (canon lift (core func $a "set")))
  (func (export "set-b") (param "c" u8) (canon lift (core func $b "set")))
  (func (export "a") (result string) (canon lift (core func $a "f") (memory (core memory $a "m"))))
  (func (export "b") (result string) (canon lift (core func $b "f") (memory (core memory $b "m")))))
(invoke "set-a" (u8.const 65))
(invoke "set-b" (u8.const 66))
(assert_return (invoke "a") (str.const "A"))
(assert_return (invoke "b") (str.const "B"))
;;= /$C component begun
;;= /$C/$a allocated func 2 memory 1
;;= /$C/$a done
;;= /$C/$b allocated func 2 memory 1
;;= /$C/$b done
;;= /$C component done
