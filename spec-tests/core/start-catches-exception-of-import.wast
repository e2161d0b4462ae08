;;! title = "The start function catches an exception that an imported function threw"
;;! rules = ["CORE-START-17"]
;;! needs = ["exception-handling"]
(module $A
  (tag $x (export "x"))
  (func (export "throw") (throw $x)))
(register "A" $A)
(module $N
  (import "A" "x" (tag $x))
  (import "A" "throw" (func $throw))
  (global $seen (mut i32) (i32.const 0))
  (func $start
    (block $caught
      (try_table (catch $x $caught) (call $throw))
      (return))
    (global.set $seen (i32.const 1)))
  (start $start)
  (func (export "seen") (result i32) (global.get $seen)))
(assert_return (invoke $N "seen") (i32.const 1))
;;= /$N import "A" "x" tag
;;= /$N import "A" "throw" func
;;= /$N global 0 = i32:0
;;= /$N allocated func 2 global 1
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
