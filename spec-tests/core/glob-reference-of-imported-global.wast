;;! title = "What takes an imported reference at instantiation holds the exporter's own object"
;;! rules = ["CORE-GLOB-03", "CORE-TAB-03", "CORE-ELEM-15"]
;;! needs = ["gc"]
(module $A
  (type $s (struct (field (mut i32))))
  (global $g (export "g") (ref $s) (struct.new $s (i32.const 1)))
  (func (export "get") (result i32) (struct.get $s 0 (global.get $g))))
(register "A" $A)
(module $N
  (type $s (struct (field (mut i32))))
  (import "A" "g" (global $g (ref $s)))
  (table $filled 2 (ref $s) (global.get $g))
  (table $t 1 (ref null $s))
  (global $copy (ref $s) (global.get $g))
  (elem (table $t) (i32.const 0) (ref null $s) (item (global.get $g)))
  (func $bump (param (ref null $s))
    (struct.set $s 0 (local.get 0) (i32.add (i32.const 1) (struct.get $s 0 (local.get 0)))))
  (func $start
    (call $bump (table.get $filled (i32.const 1)))
    (call $bump (table.get $t (i32.const 0)))
    (call $bump (global.get $copy)))
  (start $start))
(assert_return (invoke $A "get") (i32.const 4))
