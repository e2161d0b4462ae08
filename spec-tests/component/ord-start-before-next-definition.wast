;;! title = "A core instance's start function runs before the next definition is processed"
;;! rules = ["CM-ORD-02"]
;;! needs = ["component-model"]
(component $C
  (core module $A
    (memory (export "m") 1)
    (func $start (i32.store8 (i32.const 0) (i32.const 5)))
    (start $start))
  (core instance $a (instantiate $A))
  (core module $B
    (import "a" "m" (memory 1))
    (global $seen (mut i32) (i32.const 0))
    (func $start (global.set $seen (i32.load8_u (i32.const 0))))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $b (instantiate $B (with "a" (instance $a))))
  (func (export "seen") (result u32) (canon lift (core func $b "seen"))))
(assert_return (invoke "seen") (u32.const 5))
;;= /$C component begun
;;= /$C/$a allocated func 1 memory 1
;;= /$C/$a start 0 entered
;;= /$C/$a start 0 left
;;= /$C/$a done
;;= /$C/$b import "a" "m" memory
;;= /$C/$b global 0 = i32:0
;;= /$C/$b allocated func 2 global 1
;;= /$C/$b start 0 entered
;;= /$C/$b start 0 left
;;= /$C/$b done
;;= /$C component done
