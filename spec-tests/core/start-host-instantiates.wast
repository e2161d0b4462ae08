;;! title = "A host function that start calls may instantiate another module, whose start function runs in between"
;;! rules = ["CORE-START-21"]
;;! [[hosts]]
;;! name = "host.make"
;;! does = { instantiate = { module = "$B", names = ["$N"], register = "b" } }
(module definition $B
  (import "spectest" "print_i32" (func $log (param i32)))
  (memory (export "memory") 1)
  (func $start (call $log (i32.const 2)) (i32.store8 (i32.const 0) (i32.const 5)))
  (func (export "five") (result i32) (i32.load8_u (i32.const 0)))
  (start $start))
(module $A
  (import "spectest" "print_i32" (func $log (param i32)))
  (import "host" "make" (func $make))
  (func $start (call $log (i32.const 1)) (call $make) (call $log (i32.const 3)))
  (start $start))
(assert_return (invoke $N "five") (i32.const 5))
;; The registered name is there for other modules.
(module
  (import "b" "memory" (memory 1))
  (func $start (if (i32.ne (i32.load8_u (i32.const 0)) (i32.const 5)) (then (unreachable))))
  (start $start))
;;= /$A import "spectest" "print_i32" func
;;= /$A import "host" "make" func
;;= /$A allocated func 1
;;= /$A start 2 entered
;;= /$A host spectest.print_i32 (i32:1)
;;= /$A host spectest.print_i32 returned ()
;;= /$A host host.make ()
;;= /$N import "spectest" "print_i32" func
;;= /$N allocated func 2 memory 1
;;= /$N start 1 entered
;;= /$N host spectest.print_i32 (i32:2)
;;= /$N host spectest.print_i32 returned ()
;;= /$N start 1 left
;;= /$N done
;;= /$A host host.make returned ()
;;= /$A host spectest.print_i32 (i32:3)
;;= /$A host spectest.print_i32 returned ()
;;= /$A start 2 left
;;= /$A done
