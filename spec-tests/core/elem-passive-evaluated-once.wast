;;! title = "The items of a passive element segment are made once, at instantiation"
;;! rules = ["CORE-ELEM-10"]
;;! needs = ["gc"]
(module $N
  (type $s (struct (field i32)))
  (type $a (array (ref $s)))
  (elem $e (ref $s) (item (struct.new $s (i32.const 4))))
  (func $make (result (ref $a)) (array.new_elem $a $e (i32.const 0) (i32.const 1)))
  (func (export "same") (result i32)
    (ref.eq
      (array.get $a (call $make) (i32.const 0))
      (array.get $a (call $make) (i32.const 0)))))
(assert_return (invoke $N "same") (i32.const 1))
;;= /$N elem 0 = [struct]
;;= /$N allocated func 2
;;= /$N done
