;;! title = "Whether a task that has returned and blocks in a synchronous write keeps its instance's lock"
;;! rules = ["CM-ASYNC-22"]
;;! needs = ["component-model", "component-async"]
(component
  (component $Callee
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (type $t (stream u8))
    (core func $return (canon task.return))
    (core func $new (canon stream.new $t))
    (core func $write (canon stream.write $t (memory (core memory $memory "m"))))
    (core module $M
      (import "" "return" (func $return))
      (import "" "new" (func $new (result i64)))
      (import "" "write" (func $write (param i32 i32 i32) (result i32)))
      ;; returns, and then blocks for want of a reader
      (func (export "hold") (result i32)
        (call $return)
        (drop (call $write
          (i32.wrap_i64 (i64.shr_u (call $new) (i64.const 32))) (i32.const 0) (i32.const 1)))
        (i32.const 0))
      (func (export "enter") (result i32) (call $return) (i32.const 0))
      (func (export "cb") (param i32 i32 i32) (result i32) (unreachable)))
    (core instance $m (instantiate $M (with "" (instance
      (export "return" (func $return)) (export "new" (func $new)) (export "write" (func $write))))))
    (func (export "hold") async (canon lift (core func $m "hold") async (callback (core func $m "cb"))))
    (func (export "enter") async (canon lift (core func $m "enter") async (callback (core func $m "cb")))))
  (component $Caller
    (import "hold" (func $hold async))
    (import "enter" (func $enter async))
    ;; Nothing goes through it; by one reading an async lowering has to have one (CM-CANON-08).
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))
    (core func $hold (canon lower (func $hold) async (memory (core memory $memory "m"))))
    (core func $enter (canon lower (func $enter) async (memory (core memory $memory "m"))))
    (core module $M
      (import "" "hold" (func $hold (result i32)))
      (import "" "enter" (func $enter (result i32)))
      (func (export "f") (result i32)
        (drop (call $hold))
        (i32.and (call $enter) (i32.const 15))))
    (core instance $m (instantiate $M (with "" (instance
      (export "hold" (func $hold)) (export "enter" (func $enter))))))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller
    (with "hold" (func $callee "hold")) (with "enter" (func $callee "enter"))))
  (export "f" (func $caller "f")))
;; STARTING is 0; with the other reading it would be RETURNED, which is 2
(assert_return (invoke "f") (u32.const 0))
;;= /#0 component begun
;;= /#0/$callee component begun
;;= /#0/$callee/$memory allocated memory 1
;;= /#0/$callee/$memory done
;;= /#0/$callee/$m import "" "return" func
;;= /#0/$callee/$m import "" "new" func
;;= /#0/$callee/$m import "" "write" func
;;= /#0/$callee/$m allocated func 3
;;= /#0/$callee/$m done
;;= /#0/$callee component done
;;= /#0/$caller component begun
;;= /#0/$caller import "" "hold" func
;;= /#0/$caller import "" "enter" func
;;= /#0/$caller/$memory allocated memory 1
;;= /#0/$caller/$memory done
;;= /#0/$caller/$m import "" "hold" func
;;= /#0/$caller/$m import "" "enter" func
;;= /#0/$caller/$m allocated func 1
;;= /#0/$caller/$m done
;;= /#0/$caller component done
;;= /#0 component done
