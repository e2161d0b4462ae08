;;! title = "What an instance was writing when it trapped is read by nobody"
;;! rules = ["CM-TRAP-07"]
;;! needs = ["component-model", "component-async"]
;;! bugs = ["TRAP-LOCKS-INSTANCE"]
(component $A
  (type $s (stream u8))
  (core module $Memory (memory (export "m") 1) (data (i32.const 16) "\01\02\03\04\05\06\07\08"))
  (core instance $memory (instantiate $Memory))
  (core func $new (canon stream.new $s))
  (core func $write (canon stream.write $s async (memory (core memory $memory "m"))))
  (core module $M
    (import "" "new" (func $new (result i64)))
    (import "" "write" (func $write (param i32 i32 i32) (result i32)))
    ;; Gives the readable end, while eight bytes wait at the writable one.
    (func (export "give") (result i32)
      (local $ends i64)
      (local.set $ends (call $new))
      (if (i32.ne
            (call $write (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))) (i32.const 16) (i32.const 8))
            (i32.const -1))
        (then (unreachable)))
      (i32.wrap_i64 (local.get $ends)))
    (func (export "fail") (unreachable)))
  (core instance $m (instantiate $M (with "" (instance (export "new" (func $new)) (export "write" (func $write))))))
  (func (export "give") (result $s) (canon lift (core func $m "give")))
  (func (export "fail") (canon lift (core func $m "fail"))))
(register "a" $A)
(component $B
  (type $s (stream u8))
  (import "a" (instance $a (export "give" (func (result (stream u8))))))
  (core module $Memory (memory (export "m") 1))
  (core instance $memory (instantiate $Memory))
  (core func $give (canon lower (func $a "give")))
  (core func $read (canon stream.read $s async (memory (core memory $memory "m"))))
  (core func $cancel (canon stream.cancel-read $s))
  (core module $M
    (import "" "m" (memory 1))
    (import "" "give" (func $give (result i32)))
    (import "" "read" (func $read (param i32 i32 i32) (result i32)))
    (import "" "cancel" (func $cancel (param i32) (result i32)))
    (global $end (mut i32) (i32.const 0))
    (func (export "take") (global.set $end (call $give)))
    (func (export "read") (param $n i32) (result i32) (call $read (global.get $end) (i32.const 0) (local.get $n)))
    (func (export "cancel") (result i32) (call $cancel (global.get $end)))
    (func (export "seen") (result i64) (i64.load (i32.const 0))))
  (core instance $m (instantiate $M (with "" (instance
    (export "m" (memory $memory "m")) (export "give" (func $give)) (export "read" (func $read))
    (export "cancel" (func $cancel))))))
  (func (export "take") (canon lift (core func $m "take")))
  (func (export "read") (param "n" u32) (result u32) (canon lift (core func $m "read")))
  (func (export "cancel") (result u32) (canon lift (core func $m "cancel")))
  (func (export "seen") (result u64) (canon lift (core func $m "seen"))))
(assert_return (invoke $B "take"))
;; COMPLETED with two elements
(assert_return (invoke $B "read" (u32.const 2)) (u32.const 0x20))
(assert_return (invoke $B "seen") (u64.const 0x0201))
(assert_trap (invoke $A "fail") "unreachable")
;; BLOCKED, and not COMPLETED with six more
(assert_return (invoke $B "read" (u32.const 8)) (u32.const 0xffff_ffff))
(assert_return (invoke $B "seen") (u64.const 0x0201))
;; CANCELLED, with none
(assert_return (invoke $B "cancel") (u32.const 2))
;;= /$A component begun
;;= /$A component done
;;= /$B component begun
;;= /$B import "" "a" instance
;;= /$B component done
