;;! title = "A global's initialiser sees neither itself, nor later globals, nor mutable ones"
;;! rules = ["CORE-GLOB-02"]
;;! needs = ["gc"]
(module $N (global $a i32 (i32.const 1)) (global (export "b") i32 (global.get $a)))
(assert_return (get $N "b") (i32.const 1))
(assert_invalid (module (global $a i32 (global.get $b)) (global $b i32 (i32.const 1))) "unknown global")
(assert_invalid (module (global $a i32 (global.get $a))) "unknown global")
(assert_invalid
  (module (global $a (mut i32) (i32.const 1)) (global $b i32 (global.get $a)))
  "constant expression required")
(assert_invalid
  (module (import "A" "g" (global $a (mut i32))) (global $b i32 (global.get $a)))
  "constant expression required")
;;= /$N global 0 = i32:1
;;= /$N global 1 = i32:1
;;= /$N allocated global 2
;;= /$N done
