;;! title = "The cancellation of a write of which a part has been read says CANCELLED, where that comes first"
;;! rules = ["CM-ASYNC-20"]
;;! needs = ["component-model", "component-async"]
;;! readings = ["partial-cancelled"]
(component
  (core module $Memory (memory (export "m") 1))
  (core instance $memory (instantiate $Memory))
  (type $t (stream u8))
  (core func $new (canon stream.new $t))
  (core func $read (canon stream.read $t async (memory (core memory $memory "m"))))
  (core func $write (canon stream.write $t async (memory (core memory $memory "m"))))
  (core func $cancel (canon stream.cancel-write $t))
  (core module $M
    (import "" "new" (func $new (result i64)))
    (import "" "read" (func $read (param i32 i32 i32) (result i32)))
    (import "" "write" (func $write (param i32 i32 i32) (result i32)))
    (import "" "cancel" (func $cancel (param i32) (result i32)))
    (func (export "f") (result i32)
      (local $ends i64) (local $writable i32)
      (local.set $ends (call $new))
      (local.set $writable (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (drop (call $write (local.get $writable) (i32.const 0) (i32.const 8)))
      (drop (call $read (i32.wrap_i64 (local.get $ends)) (i32.const 16) (i32.const 3)))
      (call $cancel (local.get $writable))))
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new)) (export "read" (func $read)) (export "write" (func $write))
    (export "cancel" (func $cancel))))))
  (func (export "f") async (result u32) (canon lift (core func $m "f"))))
;; three elements, and CANCELLED, which is 2
(assert_return (invoke "f") (u32.const 0x32))
;;= /#0 component begun
;;= /#0/$memory allocated memory 1
;;= /#0/$memory done
;;= /#0/$m import "" "new" func
;;= /#0/$m import "" "read" func
;;= /#0/$m import "" "write" func
;;= /#0/$m import "" "cancel" func
;;= /#0/$m allocated func 1
;;= /#0/$m done
;;= /#0 component done
