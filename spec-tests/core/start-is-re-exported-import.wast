;;! title = "A start function that was imported and exported on its way still belongs to its first instance"
;;! rules = ["CORE-START-06"]
(module $A
  (global $count (mut i32) (i32.const 0))
  (func (export "bump") (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func (export "count") (result i32) (global.get $count)))
(register "A" $A)
(module $B (import "A" "bump" (func $f)) (export "again" (func $f)))
(register "B" $B)
(module $N (import "B" "again" (func $f)) (start $f))
(assert_return (invoke $A "count") (i32.const 1))
;;= /$B import "A" "bump" func
;;= /$B allocated
;;= /$B done
;;= /$N import "B" "again" func
;;= /$N allocated
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
