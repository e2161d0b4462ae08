;;! title = "All slots of a table hold the one structure that its initialiser made"
;;! rules = ["CORE-TAB-02"]
;;! needs = ["gc"]
(module $N
  (type $s (struct (field (mut i32))))
  (table 2 (ref $s) (struct.new $s (i32.const 5)))
  (func (export "same") (result i32)
    (ref.eq (table.get 0 (i32.const 0)) (table.get 0 (i32.const 1))))
  (func (export "through") (result i32)
    (struct.set $s 0 (table.get 0 (i32.const 0)) (i32.const 9))
    (struct.get $s 0 (table.get 0 (i32.const 1)))))
(assert_return (invoke $N "same") (i32.const 1))
(assert_return (invoke $N "through") (i32.const 9))
;;= /$N table 0 = struct
;;= /$N allocated func 2 table 1
;;= /$N done
