;;! title = "A realloc that calls an import while start receives a string traps"
;;! rules = ["CM-CANON-03"]
;;! needs = ["component-model"]
;;! bugs = ["CTORS-IN-REALLOC"]
(assert_trap
  (component
    (component $Callee
      (core module $M
        (memory (export "m") 1)
        (func (export "get") (result i32) (i32.store (i32.const 4) (i32.const 1)) (i32.const 0))
        (func (export "noop")))
      (core instance $m (instantiate $M))
      (func (export "noop") (canon lift (core func $m "noop")))
      (func $get (export "get") (result string) (canon lift (core func $m "get") (memory (core memory $m "m")))))
    (component $Caller
      (import "noop" (func $noop))
      (import "get" (func $get (result string)))
      (core func $noop (canon lower (func $noop)))
      (core module $Libc
        (import "" "noop" (func $noop))
        (memory (export "m") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (call $noop) (i32.const 100)))
      (core instance $libc (instantiate $Libc (with "" (instance (export "noop" (func $noop))))))
      (core func $get
        (canon lower (func $get) (memory (core memory $libc "m")) (realloc (core func $libc "realloc"))))
      (core module $M
        (import "" "get" (func $get (param i32)))
        (func $start (call $get (i32.const 8)))
        (start $start))
      (core instance (instantiate $M (with "" (instance (export "get" (func $get)))))))
    (instance $callee (instantiate $Callee))
    (instance (instantiate $Caller
      (with "noop" (func $callee "noop")) (with "get" (func $callee "get")))))
  "cannot leave component instance")
;;= /#0 component begun
;;= /#0/$callee component begun
;;= /#0/$callee/$m allocated func 2 memory 1
;;= /#0/$callee/$m done
;;= /#0/$callee component done
;;= /#0/#1 component begun
;;= /#0/#1 import "" "noop" func
;;= /#0/#1 import "" "get" func
;;= /#0/#1/$libc import "" "noop" func
;;= /#0/#1/$libc allocated func 1 memory 1
;;= /#0/#1/$libc done
;;= /#0/#1/core#3 import "" "get" func
;;= /#0/#1/core#3 allocated func 1
;;= /#0/#1/core#3 start 1 entered
;;= /#0/$callee lifted "$get result" (string:"\u0000")
;;= /#0/$callee locked
;;= /#0/#1/core#3 trap cannot-leave in start
;;= /#0/#1 locked
;;= /#0/#1 trap cannot-leave in start
;;= /#0 locked
;;= /#0 trap cannot-leave in start
