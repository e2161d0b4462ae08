;;! title = "A global that start sets is seen at once by the instance that exports it"
;;! rules = ["CORE-START-24"]
;;! bugs = ["START-DEFERRED"]
(module $A
  (global $g (export "g") (mut i32) (i32.const 1))
  (func (export "get") (result i32) (global.get $g)))
(register "A" $A)
(module $N
  (import "A" "g" (global $g (mut i32)))
  (import "A" "get" (func $get (result i32)))
  (func $start
    (global.set $g (i32.const 20))
    (global.set $g (i32.add (call $get) (i32.const 1))))
  (start $start))
(assert_return (invoke $A "get") (i32.const 21))
;;= /$N import "A" "g" global
;;= /$N import "A" "get" func
;;= /$N allocated func 1
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
