;;! title = "A call from a child that is blocked does not trap if a thread is ready that waits around both calls"
;;! rules = ["CM-THR-05", "CM-CALL-05"]
;;! needs = ["component-model", "component-async"]
(component
  (core module $Table (table (export "t") 2 funcref) (memory (export "m") 1))
  (core instance $table (instantiate $Table))
  (core type $start (func (param i32)))
  (core func $new (canon thread.new-indirect $start (core table $table "t")))
  (core func $later (canon thread.resume-later))
  (core func $yield (canon thread.yield))
  (core func $suspend (canon thread.suspend))
  (core func $index (canon thread.index))
  (core module $G
    (import "" "suspend" (func $suspend (result i32)))
    (import "" "index" (func $index (result i32)))
    (global $index (export "index") (mut i32) (i32.const 0))
    (func (export "g") (global.set $index (call $index)) (drop (call $suspend))))
  (core instance $g (instantiate $G (with "" (instance
    (export "suspend" (func $suspend)) (export "index" (func $index))))))
  (func $g (canon lift (core func $g "g")))
  (component $C
    (import "g" (func $g))
    (core func $g (canon lower (func $g)))
    (core func $return (canon task.return (result u32)))
    (core module $M
      (import "" "g" (func $g)) (import "" "return" (func $return (param i32)))
      (func (export "c") (call $g) (call $return (i32.const 5)))
      (func (export "h") (call $g)))
    (core instance $m (instantiate $M (with "" (instance
      (export "g" (func $g)) (export "return" (func $return))))))
    (func (export "c") async (result u32) (canon lift (core func $m "c") async))
    (func (export "h") (canon lift (core func $m "h"))))
  (instance $c (instantiate $C (with "g" (func $g))))
  (core func $call (canon lower (func $c "c") async (memory (core memory $table "m"))))
  (core func $h (canon lower (func $c "h")))
  (core module $M
    (import "" "t" (table 2 funcref))
    (import "" "m" (memory 1))
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (import "" "later" (func $later (param i32)))
    (import "" "yield" (func $yield (result i32)))
    (import "" "call" (func $call (param i32) (result i32)))
    (import "" "h" (func $h))
    (import "" "index" (global $index (mut i32)))
    (global $done (mut i32) (i32.const 0))
    (func $calls (param i32)
      (if (i32.ne (call $call (i32.const 0)) (i32.const 2)) (then unreachable))
      (if (i32.ne (i32.load (i32.const 0)) (i32.const 5)) (then unreachable))
      (global.set $done (i32.add (global.get $done) (i32.const 1))))
    (func $callsh (param i32) (call $h) (global.set $done (i32.add (global.get $done) (i32.const 1))))
    (elem (i32.const 0) func $calls $callsh)
    ;; A new thread is blocked in a call of the child, which is in one of this instance; this thread lets it go on.
    (func (export "run") (param $thread i32) (result i32)
      (global.set $index (i32.const 0))
      (call $later (call $new (local.get $thread) (i32.const 0)))
      (drop (call $yield))
      (if (i32.eqz (global.get $index)) (then (return (i32.const 0))))
      (drop (call $yield))
      (call $later (global.get $index))
      (i32.const 42))
    (func (export "done") (result i32)
      (drop (call $yield)) (drop (call $yield)) (drop (call $yield)) (global.get $done)))
  (core instance $m (instantiate $M (with "" (instance
    (export "t" (table $table "t")) (export "m" (memory $table "m")) (export "new" (func $new))
    (export "later" (func $later)) (export "yield" (func $yield))
    (export "call" (func $call)) (export "h" (func $h)) (export "index" (global $g "index"))))))
  (func (export "run") (param "thread" u32) (result u32) (canon lift (core func $m "run")))
  (func (export "done") (result u32) (canon lift (core func $m "done"))))
(assert_return (invoke "run" (u32.const 0)) (u32.const 42))
(assert_return (invoke "done") (u32.const 1))
(assert_return (invoke "run" (u32.const 1)) (u32.const 42))
(assert_return (invoke "done") (u32.const 2))
;;= /#0 component begun
;;= /#0 component done
