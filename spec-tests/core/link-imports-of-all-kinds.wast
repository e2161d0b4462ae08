;;! title = "Imports of all kinds are matched before anything else, whatever their order"
;;! rules = ["CORE-LINK-02", "CORE-LINK-03"]
;;! needs = ["exception-handling"]
(module $A
  (func (export "f") (result i32) (i32.const 1))
  (table (export "t") 1 funcref)
  (memory (export "m") 1)
  (global (export "g") i32 (i32.const 2))
  (tag (export "x")))
(register "A" $A)
(module $N
  (import "A" "x" (tag))
  (import "A" "g" (global $g i32))
  (import "A" "m" (memory 1))
  (import "A" "t" (table 1 funcref))
  (import "A" "f" (func $f (result i32)))
  (global i32 (global.get $g))
  (func (export "sum") (result i32) (i32.add (call $f) (global.get $g))))
(assert_return (invoke $N "sum") (i32.const 3))
;;= /$N import "A" "x" tag
;;= /$N import "A" "g" global
;;= /$N import "A" "m" memory
;;= /$N import "A" "t" table
;;= /$N import "A" "f" func
;;= /$N global 1 = i32:2
;;= /$N allocated func 1 global 1
;;= /$N done
