;;! title = "After a mismatch of one import, an imported start function has not run"
;;! rules = ["CORE-LINK-04"]
(module $A
  (global $count (mut i32) (i32.const 0))
  (func (export "bump") (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func (export "count") (result i32) (global.get $count)))
(register "A" $A)
(assert_unlinkable
  (module
    (import "A" "bump" (func $bump))
    (import "A" "count" (func (result i64)))
    (start $bump))
  "incompatible import type")
(assert_return (invoke $A "count") (i32.const 0))
;;= => unlinkable
