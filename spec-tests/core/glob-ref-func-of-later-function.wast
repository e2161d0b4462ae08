;;! title = "A global may refer to a function that stands later in the module, and start can call it"
;;! rules = ["CORE-GLOB-04"]
;;! needs = ["function-references"]
(module $N
  (type $f (func (result i32)))
  (global $g (ref $f) (ref.func $last))
  (global $seen (mut i32) (i32.const 0))
  (func $start (global.set $seen (call_ref $f (global.get $g))))
  (start $start)
  (func (export "seen") (result i32) (global.get $seen))
  (func $last (type $f) (i32.const 33)))
(assert_return (invoke $N "seen") (i32.const 33))
;;= /$N global 0 = func /$N#2
;;= /$N global 1 = i32:0
;;= /$N allocated func 3 global 2
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
