;;! title = "realloc runs on a thread of its own, which does not see the storage of the start function"
;;! rules = ["CM-CANON-05"]
;;! needs = ["component-model", "component-async"]
(component $C
  (component $Give
    (core module $M
      (memory (export "m") 1)
      (data (i32.const 16) "x")
      (func (export "give") (result i32)
        (i32.store (i32.const 0) (i32.const 16))
        (i32.store (i32.const 4) (i32.const 1))
        (i32.const 0)))
    (core instance $m (instantiate $M))
    (func (export "give") (result string) (canon lift (core func $m "give") (memory (core memory $m "m")))))
  (instance $give (instantiate $Give))
  (core func $get (canon context.get i32 0))
  (core func $set (canon context.set i32 0))
  (core module $Libc
    (import "" "get" (func $get (result i32)))
    (memory (export "m") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (if (call $get) (then (unreachable)))
      (i32.const 64)))
  (core instance $libc (instantiate $Libc (with "" (instance (export "get" (func $get))))))
  (core func $give
    (canon lower (func $give "give") (memory (core memory $libc "m")) (realloc (core func $libc "realloc"))))
  (core module $M
    (import "" "get" (func $get (result i32)))
    (import "" "set" (func $set (param i32)))
    (import "" "give" (func $give (param i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $start
      (call $set (i32.const 7))
      (call $give (i32.const 0))
      (global.set $seen (call $get)))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $m (instantiate $M
    (with "" (instance (export "get" (func $get)) (export "set" (func $set)) (export "give" (func $give))))))
  (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
(assert_return (invoke "seen") (u32.const 7))
;;= /$C/$m import "" "get" func
;;= /$C/$m import "" "set" func
;;= /$C/$m import "" "give" func
;;= /$C/$m global 0 = i32:0
;;= /$C/$m allocated func 2 global 1
;;= /$C/$m start 3 entered
;;= /$C/$m start 3 left
;;= /$C/$m done
