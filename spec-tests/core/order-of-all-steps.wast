;;! title = "All steps of an instantiation come in the specification's order"
;;! rules = ["CORE-START-04", "CORE-ELEM-01", "CORE-DATA-01"]
;;! needs = ["function-references"]
(module $A (func (export "f")) (memory (export "m") 1))
(register "A" $A)
(module $N
  (import "A" "f" (func $f))
  (import "A" "m" (memory 1))
  (global i32 (i32.const 1))
  (global funcref (ref.func $f))
  (table $t 2 funcref (ref.func $g))
  (table $u 1 funcref)
  (func $g)
  (func $start)
  (start $start)
  (elem (table $t) (i32.const 1) func $f)
  (elem $passive func $g)
  (elem declare func $start)
  (elem (table $u) (i32.const 0) func $g)
  (data (i32.const 2) "a")
  (data $kept "b")
  (data (i32.const 4) "cd"))
;;= /$N import "A" "f" func
;;= /$N import "A" "m" memory
;;= /$N global 0 = i32:1
;;= /$N global 1 = func /$A#0
;;= /$N table 0 = func /$N#1
;;= /$N elem 0 = [func /$A#0]
;;= /$N elem 1 = [func /$N#1]
;;= /$N elem 2 = [func /$N#2]
;;= /$N elem 3 = [func /$N#1]
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
;;= /$N start 2 entered
;;= /$N start 2 left
;;= /$N done
