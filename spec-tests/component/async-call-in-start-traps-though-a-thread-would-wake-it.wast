;;! title = "A call in a core start function that blocks traps, though a thread of the callee would wake it"
;;! rules = ["CM-ASYNC-03", "CM-ASYNC-01"]
;;! needs = ["component-model", "component-async"]
(assert_trap
  (component
    (component $C
      (core module $Table (table (export "t") 1 funcref) (memory (export "m") 1))
      (core instance $table (instantiate $Table))
      (core type $start (func (param i32)))
      (type $t (future u8))
      (core func $thread (canon thread.new-indirect $start (core table $table "t")))
      (core func $later (canon thread.resume-later))
      (core func $new (canon future.new $t))
      (core func $read (canon future.read $t (memory (core memory $table "m"))))
      (core func $write (canon future.write $t async (memory (core memory $table "m"))))
      (core module $M
        (import "" "t" (table 1 funcref))
        (import "" "thread" (func $thread (param i32 i32) (result i32)))
        (import "" "later" (func $later (param i32)))
        (import "" "new" (func $new (result i64)))
        (import "" "read" (func $read (param i32 i32) (result i32)))
        (import "" "write" (func $write (param i32 i32) (result i32)))
        (func $writes (param i32) (drop (call $write (local.get 0) (i32.const 0))))
        (elem (i32.const 0) func $writes)
        ;; A thread that is ready will write what this one reads: it blocks, and can go on.
        (func (export "f") (result i32) (local $ends i64)
          (local.set $ends (call $new))
          (call $later (call $thread (i32.const 0) (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32)))))
          (drop (call $read (i32.wrap_i64 (local.get $ends)) (i32.const 8)))
          (i32.const 7)))
      (core instance $m (instantiate $M (with "" (instance
        (export "t" (table $table "t")) (export "thread" (func $thread)) (export "later" (func $later))
        (export "new" (func $new)) (export "read" (func $read)) (export "write" (func $write))))))
      (func (export "f") async (result u32) (canon lift (core func $m "f"))))
    (component $D
      (import "f" (func $f async (result u32)))
      (core func $f (canon lower (func $f)))
      (core module $M
        (import "" "f" (func $f (result i32)))
        (func $work (result i32) (call $f))
        (func $start (drop (call $work)))
        (start $start))
      (core instance $d (instantiate $M (with "" (instance (export "f" (func $f)))))))
    (instance $c (instantiate $C))
    (instance $d (instantiate $D (with "f" (func $c "f")))))
  "cannot block a synchronous task before returning")
