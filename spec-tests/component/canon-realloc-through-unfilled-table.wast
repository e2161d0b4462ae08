;;! title = "A realloc behind a table that is not filled yet traps when start receives a string"
;;! rules = ["CM-CANON-04"]
;;! needs = ["component-model"]
(assert_trap
  (component
    (component $Callee
      (core module $M
        (memory (export "m") 1)
        (func (export "get") (result i32) (i32.store (i32.const 4) (i32.const 1)) (i32.const 0)))
      (core instance $m (instantiate $M))
      (func (export "get") (result string) (canon lift (core func $m "get") (memory (core memory $m "m")))))
    (component $Caller
      (import "get" (func $get (result string)))
      (core module $Shim
        (type $realloc (func (param i32 i32 i32 i32) (result i32)))
        (memory (export "m") 1)
        (table (export "t") 1 funcref)
        (func (export "realloc") (type $realloc)
          (call_indirect (type $realloc)
            (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 0))))
      (core instance $shim (instantiate $Shim))
      (core func $get
        (canon lower (func $get) (memory (core memory $shim "m")) (realloc (core func $shim "realloc"))))
      (core module $M
        (import "" "get" (func $get (param i32)))
        (func $start (call $get (i32.const 8)))
        (start $start))
      (core instance (instantiate $M (with "" (instance (export "get" (func $get)))))))
    (instance $callee (instantiate $Callee))
    (instance (instantiate $Caller (with "get" (func $callee "get")))))
  "uninitialized element")
;;= /#0 component begun
;;= /#0/$callee component begun
;;= /#0/$callee/$m allocated func 1 memory 1
;;= /#0/$callee/$m done
;;= /#0/$callee component done
;;= /#0/#1 component begun
;;= /#0/#1 import "" "get" func
;;= /#0/#1/$shim allocated func 1 table 1 memory 1
;;= /#0/#1/$shim done
;;= /#0/#1/core#2 import "" "get" func
;;= /#0/#1/core#2 allocated func 1
;;= /#0/#1/core#2 start 1 entered
;;= /#0/$callee lifted "func 0 result" (string:"\u0000")
;;= /#0/$callee locked
;;= /#0/#1/core#2 trap uninitialized-element in start
;;= /#0/#1 locked
;;= /#0/#1 trap uninitialized-element in start
;;= /#0 locked
;;= /#0 trap uninitialized-element in start
