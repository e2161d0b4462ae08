;;! title = "With two bad imports nothing happens, whichever is reported"
;;! rules = ["CORE-LINK-05"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (result i32) (i32.load8_u (i32.const 0))))
(register "A" $A)
(assert_unlinkable
  (module
    (import "A" "none" (func))
    (import "A" "neither" (global i32))
    (import "A" "m" (memory 1))
    (data (i32.const 0) "\01"))
  "unknown import")
(assert_return (invoke $A "read") (i32.const 0))
;;= /$A allocated func 1 memory 1
;;= /$A done
;;= => unlinkable
