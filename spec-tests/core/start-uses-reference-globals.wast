;;! title = "The start function uses structures that the module's own globals hold"
;;! rules = ["CORE-START-27", "CORE-GLOB-05"]
;;! needs = ["gc"]
(module $N
  (type $s (struct (field (mut i32))))
  (global $g (ref $s) (struct.new $s (i32.const 5)))
  (func $start
    (struct.set $s 0 (global.get $g)
      (i32.add (struct.get $s 0 (global.get $g)) (i32.const 1))))
  (start $start)
  (func (export "get") (result i32) (struct.get $s 0 (global.get $g))))
(assert_return (invoke $N "get") (i32.const 6))
;;= /$N global 0 = struct
;;= /$N allocated func 2 global 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
