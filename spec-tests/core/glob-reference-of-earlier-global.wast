;;! title = "A global that reads an earlier one holds its very object, as do items of segments and fields that read it"
;;! rules = ["CORE-GLOB-01", "CORE-ELEM-15", "CORE-GLOB-05"]
;;! needs = ["gc"]
(module $N
  (type $s (struct (field (mut i32))))
  (type $p (struct (field (ref $s)) (field (ref $s))))
  (table $t 2 (ref null $s))
  (global $a (ref $s) (struct.new $s (i32.const 1)))
  (global $b (ref $s) (global.get $a))
  (global $pair (ref $p) (struct.new $p (global.get $a) (global.get $b)))
  (elem $e (table $t) (i32.const 0) (ref null $s) (item (global.get $a)) (item (global.get $b)))
  (func (export "global") (result i32) (ref.eq (global.get $a) (global.get $b)))
  (func (export "first") (result i32) (ref.eq (global.get $a) (struct.get $p 0 (global.get $pair))))
  (func (export "second") (result i32) (ref.eq (global.get $a) (struct.get $p 1 (global.get $pair))))
  (func (export "item") (param i32) (result i32) (ref.eq (global.get $a) (table.get $t (local.get 0)))))
(assert_return (invoke $N "global") (i32.const 1))
(assert_return (invoke $N "first") (i32.const 1))
(assert_return (invoke $N "second") (i32.const 1))
(assert_return (invoke $N "item" (i32.const 0)) (i32.const 1))
(assert_return (invoke $N "item" (i32.const 1)) (i32.const 1))
