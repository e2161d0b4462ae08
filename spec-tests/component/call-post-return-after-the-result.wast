;;! title = "A post-return that overwrites the result comes after the caller has got it"
;;! rules = ["CM-CALL-08"]
;;! needs = ["component-model"]
(component $C
  (component $Callee
    (core module $M
      (memory (export "m") 1)
      (data (i32.const 16) "a")
      (func (export "get") (result i32)
        (i32.store (i32.const 0) (i32.const 16))
        (i32.store (i32.const 4) (i32.const 1))
        (i32.const 0))
      (func (export "post") (param i32) (i32.store8 (i32.const 16) (i32.const 122))))
    (core instance $m (instantiate $M))
    (func (export "get") (result string)
      (canon lift (core func $m "get") (memory (core memory $m "m")) (post-return (core func $m "post")))))
  (component $Caller
    (import "get" (func $get (result string)))
    (core module $Libc
      (memory (export "m") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 100)))
    (core instance $libc (instantiate $Libc))
    (core func $get
      (canon lower (func $get) (memory (core memory $libc "m")) (realloc (core func $libc "realloc"))))
    (core module $M
      (import "libc" "m" (memory 1))
      (import "" "get" (func $get (param i32)))
      (global $seen (mut i32) (i32.const 0))
      (func $start (call $get (i32.const 8)) (global.set $seen (i32.load8_u (i32.const 100))))
      (start $start)
      (func (export "seen") (result i32) (global.get $seen)))
    (core instance $m (instantiate $M
      (with "libc" (instance $libc)) (with "" (instance (export "get" (func $get))))))
    (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "get" (func $callee "get"))))
  (export "seen" (func $caller "seen")))
(assert_return (invoke "seen") (u32.const 97))
;;= /$C component begun
;;= /$C/$callee component begun
;;= /$C/$callee/$m allocated func 2 memory 1
;;= /$C/$callee/$m data 0 offset = i32:16
;;= /$C/$callee/$m data 0 -> memory 0 at 16 len 1
;;= /$C/$callee/$m data 0 dropped
;;= /$C/$callee/$m done
;;= /$C/$callee component done
;;= /$C/$caller component begun
;;= /$C/$caller import "" "get" func
;;= /$C/$caller/$libc allocated func 1 memory 1
;;= /$C/$caller/$libc done
;;= /$C/$caller/$m import "libc" "m" memory
;;= /$C/$caller/$m import "" "get" func
;;= /$C/$caller/$m global 0 = i32:0
;;= /$C/$caller/$m allocated func 2 global 1
;;= /$C/$caller/$m start 1 entered
;;= /$C/$callee lifted "func 0 result" (string:"a")
;;= /$C/$caller lowered "func 0 result" (string:"a")
;;= /$C/$caller/$m start 1 left
;;= /$C/$caller/$m done
;;= /$C/$caller component done
;;= /$C component done
