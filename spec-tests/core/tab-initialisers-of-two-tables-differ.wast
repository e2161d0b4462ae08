;;! title = "Two tables with the same initialiser hold two different structures"
;;! rules = ["CORE-TAB-02"]
;;! needs = ["gc"]
(module $N
  (type $s (struct))
  (table $a 1 (ref $s) (struct.new $s))
  (table $b 1 (ref $s) (struct.new $s))
  (func (export "same") (result i32)
    (ref.eq (table.get $a (i32.const 0)) (table.get $b (i32.const 0)))))
(assert_return (invoke $N "same") (i32.const 0))
;;= /$N table 0 = struct
;;= /$N table 1 = struct
;;= /$N allocated func 1 table 2
;;= /$N done
