;;! title = "A memory matches only an import of the same page size, though the minimum in pages or in bytes would do"
;;! rules = ["CORE-LINK-02"]
;;! needs = ["custom-page-sizes"]
(module $A
  (memory (export "small") 65536 (pagesize 1)))
(module $B
  (memory (export "large") 1))
(register "A" $A)
(register "B" $B)
(assert_unlinkable (module (import "A" "small" (memory 1))) "incompatible import type")
(assert_unlinkable (module (import "B" "large" (memory 1 (pagesize 1)))) "incompatible import type")
(module $N
  (import "A" "small" (memory 65536 (pagesize 1)))
  (func (export "size") (result i32) (memory.size)))
(assert_return (invoke $N "size") (i32.const 65536))
