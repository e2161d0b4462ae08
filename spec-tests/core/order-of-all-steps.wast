;;! title = "All steps of an instantiation come in the specification's order"
;;! rules = ["CORE-START-04", "CORE-ELEM-01", "CORE-DATA-01"]
;;! needs = ["function-references"]
;; The start function writes one digit for each thing it finds, into a memory that others can read.
(module $A
  (func (export "f") (call $put (i32.const 1)))
  (func $put (export "put") (param $digit i32)
    (i32.store (i32.const 12) (i32.add (i32.mul (i32.load (i32.const 12)) (i32.const 10)) (local.get $digit))))
  (func (export "written") (result i32) (i32.load (i32.const 12)))
  (memory (export "m") 1))
(register "A" $A)
(module $N
  (import "A" "f" (func $f))
  (import "A" "put" (func $put (param i32)))
  (import "A" "m" (memory 1))
  (global $seven i32 (i32.const 7))
  (global funcref (ref.func $f))
  (table $t 2 funcref (ref.func $g))
  (table $u 1 funcref)
  (func $g (call $put (i32.const 2)))
  (func $start
    (call_indirect $t (i32.const 0))
    (call_indirect $t (i32.const 1))
    (call_indirect $u (i32.const 0))
    (call $put (i32.load8_u (i32.const 2)))
    (call $put (i32.load8_u (i32.const 5)))
    (memory.init $kept (i32.const 6) (i32.const 0) (i32.const 1))
    (call $put (i32.load8_u (i32.const 6)))
    (call $put (global.get $seven)))
  (start $start)
  (elem (table $t) (i32.const 1) func $f)
  (elem $passive func $g)
  (elem declare func $start)
  (elem (table $u) (i32.const 0) func $g)
  (data (i32.const 2) "\03")
  (data $kept "\06")
  (data (i32.const 4) "\04\05"))
(assert_return (invoke $A "written") (i32.const 2123567))
;;= /$N import "A" "f" func
;;= /$N import "A" "put" func
;;= /$N import "A" "m" memory
;;= /$N global 0 = i32:7
;;= /$N global 1 = func /$A#0
;;= /$N table 0 = func /$N#2
;;= /$N elem 0 = [func /$A#0]
;;= /$N elem 1 = [func /$N#2]
;;= /$N elem 2 = [func /$N#3]
;;= /$N elem 3 = [func /$N#2]
;;= /$N allocated func 2 table 2 global 2
;;= /$N elem 0 offset = i32:1
;;= /$N elem 0 -> table 0 at 1 len 1
;;= /$N elem 0 dropped
;;= /$N elem 2 dropped
;;= /$N elem 3 offset = i32:0
;;= /$N elem 3 -> table 1 at 0 len 1
;;= /$N elem 3 dropped
;;= /$N data 0 offset = i32:2
;;= /$N data 0 -> memory 0 at 2 len 1
;;= /$N data 0 dropped
;;= /$N data 2 offset = i32:4
;;= /$N data 2 -> memory 0 at 4 len 2
;;= /$N data 2 dropped
;;= /$N start 3 entered
;;= /$N start 3 left
;;= /$N done
