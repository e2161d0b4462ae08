;;! title = "A synchronous call that is blocked does not trap if a thread of the instance is ready that waits around it"
;;! rules = ["CM-THR-05", "CM-CALL-04"]
;;! needs = ["component-model", "component-async"]
(component
  (core module $Table (table (export "t") 1 funcref))
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
  (core func $call (canon lower (func $g)))
  (core module $M
    (import "" "t" (table 1 funcref))
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (import "" "later" (func $later (param i32)))
    (import "" "yield" (func $yield (result i32)))
    (import "" "call" (func $call))
    (import "" "index" (global $index (mut i32)))
    (global $done (mut i32) (i32.const 0))
    (func $calls (param i32) (call $call) (global.set $done (i32.const 1)))
    (elem (i32.const 0) func $calls)
    ;; A new thread is blocked in a call; it is this one that lets the call go on.
    (func (export "run") (result i32)
      (call $later (call $new (i32.const 0) (i32.const 0)))
      (drop (call $yield))
      (if (i32.eqz (global.get $index)) (then (return (i32.const 0))))
      (call $later (global.get $index))
      (i32.const 42))
    (func (export "done") (result i32)
      (drop (call $yield)) (drop (call $yield)) (drop (call $yield)) (global.get $done)))
  (core instance $m (instantiate $M (with "" (instance
    (export "t" (table $table "t")) (export "new" (func $new)) (export "later" (func $later))
    (export "yield" (func $yield))
    (export "call" (func $call))
    (export "index" (global $g "index"))))))
  (func (export "run") (result u32) (canon lift (core func $m "run")))
  (func (export "done") (result u32) (canon lift (core func $m "done"))))
(assert_return (invoke "run") (u32.const 42))
(assert_return (invoke "done") (u32.const 1))
;;= /#0 component begun
;;= /#0 component done
