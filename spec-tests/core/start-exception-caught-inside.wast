;;! title = "An exception that is caught inside the start function does not fail the instantiation"
;;! rules = ["CORE-START-17"]
;;! needs = ["exception-handling"]
(module $N
  (tag $x (param i32))
  (global $seen (mut i32) (i32.const 0))
  (func $thrower (throw $x (i32.const 9)))
  (func $start
    (block $caught (result i32)
      (try_table (catch $x $caught) (call $thrower))
      (return))
    (global.set $seen))
  (start $start)
  (func (export "seen") (result i32) (global.get $seen)))
(assert_return (invoke $N "seen") (i32.const 9))
;;= /$N global 0 = i32:0
;;= /$N allocated func 3 global 1 tag 1
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
