;;! title = "Globals of every number type hold their initial values"
;;! rules = ["CORE-GLOB-05"]
(module $N
  (global (export "i32") i32 (i32.const -2147483648))
  (global (export "i64") i64 (i64.const -1))
  (global (export "f32") f32 (f32.const -0))
  (global (export "f64") f64 (f64.const 0.1))
  (global (export "v128") v128 (v128.const i32x4 1 0 0 0)))
(assert_return (get $N "i32") (i32.const 0x80000000))
(assert_return (get $N "i64") (i64.const -1))
(assert_return (get $N "f32") (f32.const -0))
(assert_return (get $N "f64") (f64.const 0.1))
(assert_return (get $N "v128") (v128.const i32x4 1 0 0 0))
;;= /$N global 0 = i32:-2147483648
;;= /$N global 1 = i64:-1
;;= /$N global 2 = f32:-0.0
;;= /$N global 3 = f64:0.1
;;= /$N global 4 = v128:0x1
;;= /$N allocated global 5
;;= /$N done
