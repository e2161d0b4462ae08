;;! title = "The arguments of host functions called from start arrive in order and with their types"
;;! rules = ["EMB-HOST-01"]
(module $N
  (import "spectest" "print_i64" (func $i64 (param i64)))
  (import "spectest" "print_i32_f32" (func $both (param i32 f32)))
  (func $start
    (call $both (i32.const -1) (f32.const 0.5))
    (call $i64 (i64.const 0x1_0000_0000)))
  (start $start))
;;= /$N import "spectest" "print_i64" func
;;= /$N import "spectest" "print_i32_f32" func
;;= /$N allocated func 1
;;= /$N start 2 entered
;;= /$N host spectest.print_i32_f32 (i32:-1, f32:0.5)
;;= /$N host spectest.print_i32_f32 returned ()
;;= /$N host spectest.print_i64 (i64:4294967296)
;;= /$N host spectest.print_i64 returned ()
;;= /$N start 2 left
;;= /$N done
