;;! title = "Globals are initialised in the order of their indices, each seeing those before it"
;;! rules = ["CORE-GLOB-01", "CORE-GLOB-02"]
;;! needs = ["gc", "extended-const"]
(module $N
  (global $a i32 (i32.const 3))
  (global $b i32 (i32.add (global.get $a) (i32.const 1)))
  (global $c (export "c") i32 (i32.mul (global.get $b) (global.get $a))))
(assert_return (get $N "c") (i32.const 12))
;;= /$N global 0 = i32:3
;;= /$N global 1 = i32:4
;;= /$N global 2 = i32:12
;;= /$N allocated global 3
;;= /$N done
