;;! title = "A string that a start function gets from a sibling lies where its own realloc said"
;;! rules = ["CM-CANON-02", "CM-CALL-08"]
;;! needs = ["component-model"]
(component $C
  (component $Callee
    (core module $M
      (memory (export "m") 1)
      (data (i32.const 16) "hello")
      (func (export "get") (result i32)
        (i32.store (i32.const 0) (i32.const 16))
        (i32.store (i32.const 4) (i32.const 5))
        (i32.const 0)))
    (core instance $m (instantiate $M))
    (func (export "get") (result string)
      (canon lift (core func $m "get") (memory (core memory $m "m")))))
  (component $Caller
    (import "get" (func $get (result string)))
    (core module $Libc
      (memory (export "m") 1)
      (global $calls (export "calls") (mut i32) (i32.const 0))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (i32.const 100)))
    (core instance $libc (instantiate $Libc))
    (core func $get
      (canon lower (func $get) (memory (core memory $libc "m")) (realloc (core func $libc "realloc"))))
    (core module $M
      (import "" "get" (func $get (param i32)))
      (import "libc" "m" (memory 1))
      (import "libc" "calls" (global $calls (mut i32)))
      (func $start (call $get (i32.const 8)))
      (start $start)
      (func (export "seen") (result i32)
        (i32.add
          (i32.mul (global.get $calls) (i32.const 1000))
          (i32.add (i32.load8_u (i32.const 100)) (i32.load (i32.const 12))))))
    (core instance $m (instantiate $M
      (with "" (instance (export "get" (func $get))))
      (with "libc" (instance $libc))))
    (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "get" (func $callee "get"))))
  (export "seen" (func $caller "seen")))
;; One call of realloc, the letter h (104) at 100, and the length 5 at 12.
(assert_return (invoke "seen") (u32.const 1109))
;;= /$C component begun
;;= /$C/$callee component begun
;;= /$C/$callee/$m allocated func 1 memory 1
;;= /$C/$callee/$m data 0 offset = i32:16
;;= /$C/$callee/$m data 0 -> memory 0 at 16 len 5
;;= /$C/$callee/$m data 0 dropped
;;= /$C/$callee/$m done
;;= /$C/$callee component done
;;= /$C/$caller component begun
;;= /$C/$caller import "" "get" func
;;= /$C/$caller/$libc global 0 = i32:0
;;= /$C/$caller/$libc allocated func 1 memory 1 global 1
;;= /$C/$caller/$libc done
;;= /$C/$caller/$m import "" "get" func
;;= /$C/$caller/$m import "libc" "m" memory
;;= /$C/$caller/$m import "libc" "calls" global
;;= /$C/$caller/$m allocated func 2
;;= /$C/$caller/$m start 1 entered
;;= /$C/$callee lifted "func 0 result" (string:"hello")
;;= /$C/$caller lowered "func 0 result" (string:"hello")
;;= /$C/$caller/$m start 1 left
;;= /$C/$caller/$m done
;;= /$C/$caller component done
;;= /$C component done
