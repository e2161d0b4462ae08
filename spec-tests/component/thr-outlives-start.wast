;;! title = "A thread that a core start function made and resumed later runs once another call lets it"
;;! rules = ["CM-THR-01"]
;;! needs = ["component-model", "component-async"]
(component $C
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
    (global $seen-by-start (mut i32) (i32.const 1))
    (func $thread (param i32) (global.set $seen (local.get 0)))
    (elem (i32.const 0) func $thread)
    (func $start
      (call $later (call $new (i32.const 0) (i32.const 7)))
      (global.set $seen-by-start (global.get $seen)))
    (start $start)
    (func (export "seen-by-start") (result i32) (global.get $seen-by-start))
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
  (func (export "seen-by-start") (result u32) (canon lift (core func $m "seen-by-start")))
  (func (export "seen-later") async (result u32) (canon lift (core func $m "seen-later"))))
(assert_return (invoke "seen-by-start") (u32.const 0))
(assert_return (invoke "seen-later") (u32.const 7))
;;= /$C component begun
;;= /$C/$table allocated table 1
;;= /$C/$table done
;;= /$C/$m import "" "t" table
;;= /$C/$m import "" "new" func
;;= /$C/$m import "" "later" func
;;= /$C/$m import "" "yield" func
;;= /$C/$m global 0 = i32:0
;;= /$C/$m global 1 = i32:1
;;= /$C/$m elem 0 = [func /$C/$m#3]
;;= /$C/$m allocated func 4 global 2
;;= /$C/$m elem 0 offset = i32:0
;;= /$C/$m elem 0 -> table 0 at 0 len 1
;;= /$C/$m elem 0 dropped
;;= /$C/$m start 4 entered
;;= /$C/$m start 4 left
;;= /$C/$m done
;;= /$C component done
