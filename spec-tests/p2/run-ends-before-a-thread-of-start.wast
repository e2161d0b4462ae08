;;! title = "Whether a thread that start left goes on when run has returned is recorded"
;;! rules = ["CM-THR-03"]
;;! needs = ["wasip2", "component-async"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! exit = 0
(component definition $Main
  (core module $Table (table (export "t") 1 funcref))
  (core instance $table (instantiate $Table))
  (core type $thread (func (param i32)))
  (core func $new (canon thread.new-indirect $thread (core table $table "t")))
  (core func $later (canon thread.resume-later))
  (core module $M
    (import "" "t" (table 1 funcref))
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (import "" "later" (func $later (param i32)))
    ;; It would be seen: by a trap.
    (func $thread (param i32) (unreachable))
    (elem (i32.const 0) func $thread)
    (func $start (call $later (call $new (i32.const 0) (i32.const 0))))
    (start $start)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance
    (export "t" (table $table "t")) (export "new" (func $new)) (export "later" (func $later))))))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
