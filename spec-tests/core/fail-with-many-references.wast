;;! title = "Failed instantiations of a module full of references leave the store usable, and what they wrote in place"
;;! rules = ["CORE-START-09", "CORE-GEN-01"]
;;! bugs = ["FAILED-INSTANCE-DROP"]
(module $A (table (export "t") 2 funcref) (func (export "f") (result i32) (i32.const 3)))
(register "A" $A)
(assert_trap (module (import "A" "t" (table 2 funcref)) (elem (i32.const 2) $g) (func $g)) "out of bounds table access")
(assert_trap
  (module
    (import "A" "t" (table 2 funcref))
    (import "A" "f" (func $f (result i32)))
    (global funcref (ref.func $f))
    (global externref (ref.null extern))
    (table $own 4 externref)
    (table 8 funcref)
    (elem (i32.const 0) $f $g)
    (elem (table $own) (i32.const 0) externref (ref.null extern))
    (elem (i32.const 2) $g)
    (func $g (result i32) (i32.const 4)))
  "out of bounds table access")
(module $User
  (import "A" "t" (table $t 2 funcref))
  (func (export "call") (param i32) (result i32) (call_indirect $t (result i32) (local.get 0))))
(assert_return (invoke $User "call" (i32.const 0)) (i32.const 3))
(assert_return (invoke $User "call" (i32.const 1)) (i32.const 4))
