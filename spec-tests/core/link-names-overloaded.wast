;;! title = "One pair of names may be imported several times with different types; only the entries that match link"
;;! rules = ["CORE-LINK-09"]
(module $A (func (export "x") (result i32) (i32.const 4)))
(register "A" $A)
(module definition $Overloaded
  (import "A" "x" (func (result i32)))
  (import "A" "x" (func (param i32)))
  (import "A" "x" (memory 1)))
(module $N
  (import "A" "x" (func $first (result i32)))
  (import "A" "x" (func $second (result i32)))
  (func (export "sum") (result i32) (i32.add (call $first) (call $second))))
(assert_return (invoke $N "sum") (i32.const 8))
(assert_unlinkable
  (module (import "A" "x" (func (result i32))) (import "A" "x" (func (param i32))))
  "incompatible import type")
;;= /$N import "A" "x" func
;;= /$N import "A" "x" func
;;= /$N allocated func 1
;;= /$N done
;;= => unlinkable
