;;! title = "A byte that start writes to an imported memory is seen at once by the instance that exports it"
;;! rules = ["CORE-START-24"]
(module $A
  (memory (export "m") 1)
  (func (export "read") (result i32) (i32.load (i32.const 0))))
(register "A" $A)
(module $N
  (import "A" "m" (memory 1))
  (import "A" "read" (func $read (result i32)))
  (func $start
    (i32.store (i32.const 0) (i32.const 30))
    (i32.store (i32.const 0) (i32.add (call $read) (i32.const 2))))
  (start $start))
(assert_return (invoke $A "read") (i32.const 32))
;;= /$N import "A" "m" memory
;;= /$N import "A" "read" func
;;= /$N allocated func 1
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
