;;! title = "The arguments of host functions called from start arrive in order and with their types"
;;! rules = ["EMB-HOST-01"]
;; What arrives shows in the steps; that the host returned to the start function each time, in the count.
(module $N
  (import "spectest" "print_i64" (func $i64 (param i64)))
  (import "spectest" "print_i32_f32" (func $both (param i32 f32)))
  (global $count (export "count") (mut i32) (i32.const 0))
  (func $returned (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func $start
    (call $both (i32.const -1) (f32.const 0.5))
    (call $returned)
    (call $i64 (i64.const 0x1_0000_0000))
    (call $returned))
  (start $start))
(assert_return (get $N "count") (i32.const 2))
;;= /$N import "spectest" "print_i64" func
;;= /$N import "spectest" "print_i32_f32" func
;;= /$N global 0 = i32:0
;;= /$N allocated func 2 global 1
;;= /$N start 3 entered
;;= /$N host spectest.print_i32_f32 (i32:-1, f32:0.5)
;;= /$N host spectest.print_i32_f32 returned ()
;;= /$N host spectest.print_i64 (i64:4294967296)
;;= /$N host spectest.print_i64 returned ()
;;= /$N start 3 left
;;= /$N done
