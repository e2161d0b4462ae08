;;! title = "A start function traps that has the result of a call stored at a misaligned address"
;;! rules = ["CM-CALL-08"]
;;! needs = ["component-model"]
(assert_trap
  (component
    (component $Callee
      (core module $M
        (memory (export "m") 1)
        (func (export "get") (result i32) (i32.const 0)))
      (core instance $m (instantiate $M))
      (func (export "get") (result (tuple u32 u32))
        (canon lift (core func $m "get") (memory (core memory $m "m")))))
    (component $Caller
      (import "get" (func $get (result (tuple u32 u32))))
      (core module $Memory (memory (export "m") 1))
      (core instance $memory (instantiate $Memory))
      (core func $get (canon lower (func $get) (memory (core memory $memory "m"))))
      (core module $M
        (import "" "get" (func $get (param i32)))
        (func $start (call $get (i32.const 6)))
        (start $start))
      (core instance (instantiate $M (with "" (instance (export "get" (func $get)))))))
    (instance $callee (instantiate $Callee))
    (instance (instantiate $Caller (with "get" (func $callee "get")))))
  "unaligned pointer")
;;= /#0 component begun
;;= /#0/$callee component begun
;;= /#0/$callee/$m allocated func 1 memory 1
;;= /#0/$callee/$m done
;;= /#0/$callee component done
;;= /#0/#1 component begun
;;= /#0/#1 import "" "get" func
;;= /#0/#1/$memory allocated memory 1
;;= /#0/#1/$memory done
;;= /#0/#1/core#2 import "" "get" func
;;= /#0/#1/core#2 allocated func 1
;;= /#0/#1/core#2 start 1 entered
;;= /#0/$callee lifted "func 0 result" (tuple(u32:0, u32:0))
;;= /#0/$callee locked
;;= /#0/#1/core#2 trap invalid-pointer in start
;;= /#0/#1 locked
;;= /#0/#1 trap invalid-pointer in start
;;= /#0 locked
;;= /#0 trap invalid-pointer in start
