;;! title = "Globals are evaluated before the initialisers of tables"
;;! rules = ["CORE-GLOB-05"]
;;! needs = ["gc"]
(module $N
  (type $s (struct))
  (table $t 1 (ref $s) (struct.new $s))
  (global $g i32 (i32.const 5))
  (func (export "g") (result i32) (global.get $g)))
(assert_return (invoke $N "g") (i32.const 5))
;;= /$N global 0 = i32:5
;;= /$N table 0 = struct
;;= /$N allocated func 1 table 1 global 1
;;= /$N done
