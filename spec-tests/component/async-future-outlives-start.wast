;;! title = "A future that a core start function made is written by one later call and read by another"
;;! rules = ["CM-ASYNC-10"]
;;! needs = ["component-model", "component-async"]
(component
  (core module $Memory (memory (export "m") 1))
  (core instance $memory (instantiate $Memory))
  (type $t (future u8))
  (core func $new (canon future.new $t))
  (core func $read (canon future.read $t async (memory (core memory $memory "m"))))
  (core func $write (canon future.write $t async (memory (core memory $memory "m"))))
  (core module $M
    (import "" "m" (memory 1))
    (import "" "new" (func $new (result i64)))
    (import "" "read" (func $read (param i32 i32) (result i32)))
    (import "" "write" (func $write (param i32 i32) (result i32)))
    (global $ends (mut i64) (i64.const 0))
    (func $start (global.set $ends (call $new)))
    (start $start)
    (func (export "write") (result i32)
      (i32.store8 (i32.const 8) (i32.const 42))
      (call $write (i32.wrap_i64 (i64.shr_u (global.get $ends) (i64.const 32))) (i32.const 8)))
    (func (export "read") (result i32)
      ;; COMPLETED is 0
      (if (call $read (i32.wrap_i64 (global.get $ends)) (i32.const 16)) (then (unreachable)))
      (i32.load8_u (i32.const 16))))
  (core instance $m (instantiate $M (with "" (instance
    (export "m" (memory $memory "m")) (export "new" (func $new))
    (export "read" (func $read)) (export "write" (func $write))))))
  (func (export "write") (result s32) (canon lift (core func $m "write")))
  (func (export "read") (result u32) (canon lift (core func $m "read"))))
;; BLOCKED is -1
(assert_return (invoke "write") (s32.const -1))
(assert_return (invoke "read") (u32.const 42))
;;= /#0 component begun
;;= /#0/$memory allocated memory 1
;;= /#0/$memory done
;;= /#0/$m import "" "m" memory
;;= /#0/$m import "" "new" func
;;= /#0/$m import "" "read" func
;;= /#0/$m import "" "write" func
;;= /#0/$m global 0 = i64:0
;;= /#0/$m allocated func 3 global 1
;;= /#0/$m start 3 entered
;;= /#0/$m start 3 left
;;= /#0/$m done
;;= /#0 component done
