;;! title = "What a module imports is found by its name, and not by its place among the exports"
;;! rules = ["CORE-LINK-09"]
(module $A
  (global (export "a") i32 (i32.const 1))
  (global (export "b") i32 (i32.const 2))
  (global (export "c") i32 (i32.const 3)))
(register "A" $A)
(module $N (import "A" "b" (global $b i32)) (func (export "f") (result i32) (global.get $b)))
(assert_return (invoke $N "f") (i32.const 2))
;;= /$N import "A" "b" global
;;= /$N allocated func 1
;;= /$N done
