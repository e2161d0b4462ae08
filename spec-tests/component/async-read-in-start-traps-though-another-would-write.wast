;;! title = "A synchronous read that blocks in a core start function traps, though another instance would write"
;;! rules = ["CM-ASYNC-05", "CM-ASYNC-01"]
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
      (core func $write (canon future.write $t async (memory (core memory $table "m"))))
      (core module $M
        (import "" "t" (table 1 funcref))
        (import "" "m" (memory 1))
        (import "" "thread" (func $thread (param i32 i32) (result i32)))
        (import "" "later" (func $later (param i32)))
        (import "" "new" (func $new (result i64)))
        (import "" "write" (func $write (param i32 i32) (result i32)))
        (data (i32.const 0) "\07")
        (func $writes (param i32) (drop (call $write (local.get 0) (i32.const 0))))
        (elem (i32.const 0) func $writes)
        ;; Returns the end that can be read; a thread that is ready will write to the other one.
        (func (export "f") (result i32) (local $ends i64)
          (local.set $ends (call $new))
          (call $later (call $thread (i32.const 0) (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32)))))
          (i32.wrap_i64 (local.get $ends))))
      (core instance $m (instantiate $M (with "" (instance
        (export "t" (table $table "t")) (export "m" (memory $table "m")) (export "thread" (func $thread))
        (export "later" (func $later)) (export "new" (func $new)) (export "write" (func $write))))))
      (func (export "f") (result (future u8)) (canon lift (core func $m "f"))))
    (component $D
      (type $t (future u8))
      (import "f" (func $f (result (future u8))))
      (core module $Memory (memory (export "m") 1))
      (core instance $memory (instantiate $Memory))
      (core func $f (canon lower (func $f)))
      (core func $read (canon future.read $t (memory (core memory $memory "m"))))
      (core module $M
        (import "" "m" (memory 1))
        (import "" "f" (func $f (result i32)))
        (import "" "read" (func $read (param i32 i32) (result i32)))
        (func $work (result i32)
          (drop (call $read (call $f) (i32.const 16)))
          (i32.load8_u (i32.const 16)))
        (func $start (drop (call $work)))
        (start $start))
      (core instance $d (instantiate $M (with "" (instance
        (export "m" (memory $memory "m")) (export "f" (func $f)) (export "read" (func $read)))))))
    (instance $c (instantiate $C))
    (instance (instantiate $D (with "f" (func $c "f")))))
  "cannot block a synchronous task before returning")
