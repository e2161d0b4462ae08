;;! title = "Types of two modules are one type if their groups are equal as wholes, and not otherwise"
;;! rules = ["CORE-LINK-02"]
;;! needs = ["gc"]
(module $A
  (rec (type $f (func (param (ref null $s)))) (type $s (struct (field (ref null $f)))))
  (table (export "t") 1 funcref)
  (global $ran (export "ran") (mut i32) (i32.const 0))
  (func $f (export "f") (type $f) (global.set $ran (i32.add (global.get $ran) (i32.const 1))))
  (elem (i32.const 0) $f))
(register "A" $A)
;; The same group behind another one.
(module $N
  (type $other (func (result i64)))
  (rec (type $f (func (param (ref null $s)))) (type $s (struct (field (ref null $f)))))
  (import "A" "f" (func $f (type $f)))
  (import "A" "t" (table 1 funcref))
  (func $start (call $f (struct.new $s (ref.null $f))) (call_indirect (type $f) (ref.null $s) (i32.const 0)))
  (start $start))
(assert_return (get $A "ran") (i32.const 2))
;; One more member, the other order, and no group at all.
(assert_unlinkable
  (module
    (rec (type $f (func (param (ref null $s)))) (type $s (struct (field (ref null $f)))) (type (struct)))
    (import "A" "f" (func (type $f))))
  "incompatible import type")
(assert_unlinkable
  (module
    (rec (type $s (struct (field (ref null $f)))) (type $f (func (param (ref null $s)))))
    (import "A" "f" (func (type $f))))
  "incompatible import type")
(assert_trap
  (module
    (rec (type $s (struct (field (ref null $f)))) (type $f (func (param (ref null $s)))))
    (import "A" "t" (table 1 funcref))
    (func $start (call_indirect (type $f) (ref.null $s) (i32.const 0)))
    (start $start))
  "indirect call type mismatch")
(assert_return (get $A "ran") (i32.const 2))
