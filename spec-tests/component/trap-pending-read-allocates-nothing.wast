;;! title = "For the read of an instance that has trapped meanwhile nothing is allocated and nothing written"
;;! rules = ["CM-TRAP-07"]
;;! needs = ["component-model", "component-async"]
;;! bugs = ["TRAP-LOCKS-INSTANCE"]
(component $A
  (type $s (stream string))
  (core module $Memory
    (memory (export "m") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (unreachable)))
  (core instance $memory (instantiate $Memory))
  (core func $read
    (canon stream.read $s async (memory (core memory $memory "m")) (realloc (core func $memory "realloc"))))
  (core module $M
    (import "" "read" (func $read (param i32 i32 i32) (result i32)))
    (func (export "take") (param $end i32)
      (if (i32.ne (i32.const -1) (call $read (local.get $end) (i32.const 0) (i32.const 1))) (then (unreachable))))
    (func (export "fail") (unreachable)))
  (core instance $m (instantiate $M (with "" (instance (export "read" (func $read))))))
  (func (export "take") (param "s" $s) (canon lift (core func $m "take")))
  (func (export "fail") (canon lift (core func $m "fail"))))
(register "a" $A)
(component $B
  (type $s (stream string))
  (import "a" (instance $a (export "take" (func (param "s" (stream string))))))
  (core module $Memory
    (memory (export "m") 1)
    (data (i32.const 0) "\10\00\00\00\02\00\00\00") (data (i32.const 16) "ab"))
  (core instance $memory (instantiate $Memory))
  (core func $take (canon lower (func $a "take")))
  (core func $new (canon stream.new $s))
  (core func $write (canon stream.write $s async (memory (core memory $memory "m"))))
  (core module $M
    (import "" "take" (func $take (param i32)))
    (import "" "new" (func $new (result i64)))
    (import "" "write" (func $write (param i32 i32 i32) (result i32)))
    (global $end (mut i32) (i32.const 0))
    (func (export "give")
      (local $ends i64)
      (local.set $ends (call $new))
      (global.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (call $take (i32.wrap_i64 (local.get $ends))))
    (func (export "write") (result i32) (call $write (global.get $end) (i32.const 0) (i32.const 1))))
  (core instance $m (instantiate $M (with "" (instance
    (export "take" (func $take)) (export "new" (func $new)) (export "write" (func $write))))))
  (func (export "give") (canon lift (core func $m "give")))
  (func (export "write") (result u32) (canon lift (core func $m "write"))))
(assert_return (invoke $B "give"))
(assert_trap (invoke $A "fail") "unreachable")
;; BLOCKED: A's allocator, which would trap, is not called
(assert_return (invoke $B "write") (u32.const 0xffff_ffff))
;;= /$A component begun
;;= /$A component done
;;= /$B component begun
;;= /$B import "" "a" instance
;;= /$B component done
