;;! title = "Each instance has tags of its own: what one throws the other does not catch"
;;! rules = ["CORE-GEN-01"]
;;! needs = ["exception-handling"]
(module definition $M
  (tag $x (export "x"))
  (func (export "throw") (throw $x)))
(module instance $A $M)
(module instance $B $M)
(register "A" $A)
(register "B" $B)
(module $N
  (import "A" "x" (tag $a))
  (import "B" "x" (tag $b))
  (import "A" "throw" (func $throw))
  (func (export "caught_by") (result i32)
    (block $h_b
      (block $h_a
        (try_table (catch $b $h_b) (catch $a $h_a) (call $throw))
        (return (i32.const 0)))
      (return (i32.const 1)))
    (i32.const 2)))
(assert_return (invoke $N "caught_by") (i32.const 1))
;;= /$A allocated func 1 tag 1
;;= /$A done
;;= /$B allocated func 1 tag 1
;;= /$B done
