;;! title = "A start function catches an exception that another core instance of its component threw"
;;! rules = ["CM-EXN-03"]
;;! needs = ["component-model", "exception-handling"]
(component $C
  (core module $A
    (tag $x (export "x") (param i32))
    (func (export "throw") (throw $x (i32.const 12))))
  (core instance $a (instantiate $A))
  (core module $B
    (import "a" "x" (tag $x (param i32)))
    (import "a" "throw" (func $throw))
    (global $seen (mut i32) (i32.const 0))
    (func $start
      (block $caught (result i32)
        (try_table (catch $x $caught) (call $throw))
        (return))
      (global.set $seen))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $b (instantiate $B (with "a" (instance $a))))
  (func (export "seen") (result u32) (canon lift (core func $b "seen"))))
(assert_return (invoke "seen") (u32.const 12))
;;= /$C component begun
;;= /$C/$a allocated func 1 tag 1
;;= /$C/$a done
;;= /$C/$b import "a" "x" tag
;;= /$C/$b import "a" "throw" func
;;= /$C/$b global 0 = i32:0
;;= /$C/$b allocated func 2 global 1
;;= /$C/$b start 1 entered
;;= /$C/$b start 1 left
;;= /$C/$b done
;;= /$C component done
