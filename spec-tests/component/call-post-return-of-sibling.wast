;;! title = "A call from start runs the sibling's post-return before it returns"
;;! rules = ["CM-CALL-08"]
;;! needs = ["component-model"]
(component $C
  (component $Callee
    (core module $M
      (memory (export "m") 1)
      (global $posts (mut i32) (i32.const 0))
      (func (export "get") (result i32)
        (i32.store (i32.const 4) (i32.const 0))
        (i32.const 0))
      (func (export "post") (param i32) (global.set $posts (i32.add (global.get $posts) (i32.const 1))))
      (func (export "posts") (result i32) (global.get $posts)))
    (core instance $m (instantiate $M))
    (func $get (export "get") (result string)
      (canon lift (core func $m "get") (memory (core memory $m "m")) (post-return (core func $m "post"))))
    (func $posts (export "posts") (result u32) (canon lift (core func $m "posts"))))
  (component $Caller
    (import "get" (func $get (result string)))
    (import "posts" (func $posts (result u32)))
    (core module $Libc
      (memory (export "m") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 100)))
    (core instance $libc (instantiate $Libc))
    (core func $get
      (canon lower (func $get) (memory (core memory $libc "m")) (realloc (core func $libc "realloc"))))
    (core func $posts (canon lower (func $posts)))
    (core module $M
      (import "" "get" (func $get (param i32)))
      (import "" "posts" (func $posts (result i32)))
      (global $seen (mut i32) (i32.const 0))
      (func $start
        (call $get (i32.const 8))
        (call $get (i32.const 8))
        (global.set $seen (call $posts)))
      (start $start)
      (func (export "seen") (result i32) (global.get $seen)))
    (core instance $m (instantiate $M
      (with "" (instance (export "get" (func $get)) (export "posts" (func $posts))))))
    (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller
    (with "get" (func $callee "get")) (with "posts" (func $callee "posts"))))
  (export "seen" (func $caller "seen")))
(assert_return (invoke "seen") (u32.const 2))
;;= /$C/$callee component begun
;;= /$C/$callee component done
;;= /$C/$caller/$m import "" "get" func
;;= /$C/$caller/$m import "" "posts" func
;;= /$C/$caller/$m global 0 = i32:0
;;= /$C/$caller/$m allocated func 2 global 1
;;= /$C/$caller/$m start 2 entered
;;= /$C/$callee lifted "$get result" (string:"")
;;= /$C/$callee lifted "$get result" (string:"")
;;= /$C/$callee lifted "$posts result" (u32:2)
;;= /$C/$caller/$m start 2 left
;;= /$C/$caller/$m done
