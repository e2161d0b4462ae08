;;! title = "The first call of a host function from start comes after all segments"
;;! rules = ["EMB-HOST-01", "CORE-START-04"]
;; What the host is given comes out of the segments, and is written down when it has returned.
(module $N
  (import "spectest" "print_i32" (func $print (param i32)))
  (memory 1)
  (table 1 funcref)
  (global $log (export "log") (mut i32) (i32.const 0))
  (func $tell (param $digit i32)
    (call $print (local.get $digit))
    (global.set $log (i32.add (i32.mul (global.get $log) (i32.const 10)) (local.get $digit))))
  (func $start
    (call $tell (i32.load8_u (i32.const 1)))
    (call_indirect (i32.const 0)))
  (func $in_table (call $tell (i32.const 2)))
  (start $start)
  (elem (i32.const 0) $in_table)
  (data (i32.const 1) "\01"))
(assert_return (get $N "log") (i32.const 12))
;;= /$N import "spectest" "print_i32" func
;;= /$N global 0 = i32:0
;;= /$N elem 0 = [func /$N#3]
;;= /$N allocated func 3 table 1 memory 1 global 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 1
;;= /$N elem 0 dropped
;;= /$N data 0 offset = i32:1
;;= /$N data 0 -> memory 0 at 1 len 1
;;= /$N data 0 dropped
;;= /$N start 2 entered
;;= /$N host spectest.print_i32 (i32:1)
;;= /$N host spectest.print_i32 returned ()
;;= /$N host spectest.print_i32 (i32:2)
;;= /$N host spectest.print_i32 returned ()
;;= /$N start 2 left
;;= /$N done
