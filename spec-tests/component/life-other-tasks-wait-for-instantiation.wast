;;! title = "A task of another root does not go on while an instantiation is on the stack"
;;! rules = ["CM-LIFE-03"]
;;! needs = ["component-model", "component-async"]
;; $A leaves a thread that is ready. The start of $B yields between two looks at what that thread writes.
(component $A
  (core module $Table (table (export "t") 1 funcref))
  (core instance $table (instantiate $Table))
  (core type $start (func (param i32)))
  (core func $new (canon thread.new-indirect $start (core table $table "t")))
  (core func $later (canon thread.resume-later))
  (core func $yield (canon thread.yield))
  (core module $M
    (import "" "t" (table 1 funcref))
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (import "" "later" (func $later (param i32)))
    (import "" "yield" (func $yield (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $thread (param i32) (global.set $seen (local.get 0)))
    (elem (i32.const 0) func $thread)
    (func (export "leave") (call $later (call $new (i32.const 0) (i32.const 7))))
    (func (export "seen") (result i32) (global.get $seen))
    ;; Yields until it is seen: a yield may let nobody run (definitions.py, Thread.wait_until).
    (func (export "seen-later") (result i32)
      (local $n i32)
      (loop $again
        (drop (call $yield))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $again (i32.and (i32.eqz (global.get $seen)) (i32.lt_u (local.get $n) (i32.const 1000)))))
      (global.get $seen)))
  (core instance $m (instantiate $M (with "" (instance
    (export "t" (table $table "t")) (export "new" (func $new)) (export "later" (func $later))
    (export "yield" (func $yield))))))
  (func (export "leave") (canon lift (core func $m "leave")))
  (func (export "seen") (result u32) (canon lift (core func $m "seen")))
  (func (export "seen-later") async (result u32) (canon lift (core func $m "seen-later"))))
(register "a" $A)
(component $B
  (import "a" (instance $a (export "leave" (func)) (export "seen" (func (result u32)))))
  (core func $leave (canon lower (func $a "leave")))
  (core func $seen (canon lower (func $a "seen")))
  (core func $yield (canon thread.yield))
  (core module $M
    (import "" "leave" (func $leave))
    (import "" "seen" (func $seen (result i32)))
    (import "" "yield" (func $yield (result i32)))
    (global $sum (mut i32) (i32.const 1))
    (func $start
      (call $leave)
      (global.set $sum (i32.add (global.get $sum) (call $seen)))
      (drop (call $yield))
      (global.set $sum (i32.add (global.get $sum) (call $seen))))
    (start $start)
    (func (export "sum") (result i32) (global.get $sum)))
  (core instance $m (instantiate $M (with "" (instance
    (export "leave" (func $leave)) (export "seen" (func $seen)) (export "yield" (func $yield))))))
  (func (export "sum") (result u32) (canon lift (core func $m "sum"))))
(assert_return (invoke $B "sum") (u32.const 1))
(assert_return (invoke $A "seen-later") (u32.const 7))
;;= /$B component begun
;;= /$B import "" "a" instance
;;= /$B/$m import "" "leave" func
;;= /$B/$m import "" "seen" func
;;= /$B/$m import "" "yield" func
;;= /$B/$m global 0 = i32:1
;;= /$B/$m allocated func 2 global 1
;;= /$B/$m start 3 entered
;;= /$B lowered "func 1 result" (u32:0)
;;= /$B thread 1 blocked
;;= /$B thread 1 resumed
;;= /$B lowered "func 1 result" (u32:0)
;;= /$B/$m start 3 left
;;= /$B/$m done
;;= /$B component done
