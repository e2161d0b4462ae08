;;! title = "The start function finds globals, elements and data in place"
;;! rules = ["CORE-START-04", "CORE-GLOB-05"]
;;! bugs = ["START-NEVER"]
(module $N
  (memory 1)
  (table 1 funcref)
  (global $g i32 (i32.const 7))
  (global $seen (mut i32) (i32.const 0))
  (func $seven (result i32) (i32.const 7))
  (func $start
    (global.set $seen
      (i32.add (global.get $g)
        (i32.add (call_indirect (result i32) (i32.const 0)) (i32.load8_u (i32.const 16))))))
  (start $start)
  (elem (i32.const 0) $seven)
  (data (i32.const 16) "\07")
  (func (export "seen") (result i32) (global.get $seen)))
(assert_return (invoke $N "seen") (i32.const 21))
;;= /$N global 0 = i32:7
;;= /$N global 1 = i32:0
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 3 table 1 memory 1 global 2
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 1
;;= /$N elem 0 dropped
;;= /$N data 0 offset = i32:16
;;= /$N data 0 -> memory 0 at 16 len 1
;;= /$N data 0 dropped
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
