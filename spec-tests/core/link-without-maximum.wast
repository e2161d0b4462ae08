;;! title = "What has no maximum does not match an import that demands one"
;;! rules = ["CORE-LINK-02"]
(module $A (memory (export "m") 1) (table (export "t") 1 funcref))
(register "A" $A)
(assert_unlinkable (module (import "A" "m" (memory 1 65536))) "incompatible import type")
(assert_unlinkable (module (import "A" "t" (table 1 0xffff_ffff funcref))) "incompatible import type")
(module $N
  (import "A" "m" (memory 1))
  (import "A" "t" (table 1 funcref))
  (func (export "sizes") (result i32 i32) (memory.size) (table.size 0)))
(assert_return (invoke $N "sizes") (i32.const 1) (i32.const 1))
