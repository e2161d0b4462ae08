;;! title = "The start function has run before the first call, whose arguments arrive whole"
;;! rules = ["CORE-START-04", "CORE-START-08"]
;;! bugs = ["START-CLOBBERS-ARGS"]
(module $N
  (global $ready (mut i32) (i32.const 0))
  (func $helper (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func $start (global.set $ready (call $helper (i32.const 300) (i32.const 7))))
  (start $start)
  (func (export "sub") (param i32 i32) (result i32 i32)
    (i32.sub (local.get 0) (local.get 1))
    (global.get $ready)))
(assert_return (invoke $N "sub" (i32.const 50) (i32.const 8)) (i32.const 42) (i32.const 307))
;;= /$N global 0 = i32:0
;;= /$N allocated func 3 global 1
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
