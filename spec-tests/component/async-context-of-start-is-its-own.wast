;;! title = "What a core start function sets as its context is gone for the next start and for later calls"
;;! rules = ["CM-ASYNC-14", "CM-ASYNC-15"]
;;! needs = ["component-model", "component-async"]
(component $C
  (core func $get (canon context.get i32 0))
  (core func $set (canon context.set i32 0))
  (core module $A
    (import "" "get" (func $get (result i32)))
    (import "" "set" (func $set (param i32)))
    (func $start
      (call $set (i32.const 7))
      (if (i32.ne (call $get) (i32.const 7)) (then (unreachable))))
    (start $start))
  (core module $B
    (import "" "get" (func $get (result i32)))
    (global $seen (mut i32) (i32.const -1))
    (func $start (global.set $seen (call $get)))
    (start $start)
    (func (export "seen") (result i32) (i32.add (global.get $seen) (call $get))))
  (core instance (instantiate $A (with "" (instance (export "get" (func $get)) (export "set" (func $set))))))
  (core instance $b (instantiate $B (with "" (instance (export "get" (func $get))))))
  (func (export "seen") (result u32) (canon lift (core func $b "seen"))))
(assert_return (invoke "seen") (u32.const 0))
;;= /$C component begun
;;= /$C/core#1 import "" "get" func
;;= /$C/core#1 import "" "set" func
;;= /$C/core#1 allocated func 1
;;= /$C/core#1 start 2 entered
;;= /$C/core#1 start 2 left
;;= /$C/core#1 done
;;= /$C/$b import "" "get" func
;;= /$C/$b global 0 = i32:-1
;;= /$C/$b allocated func 2 global 1
;;= /$C/$b start 1 entered
;;= /$C/$b start 1 left
;;= /$C/$b done
;;= /$C component done
