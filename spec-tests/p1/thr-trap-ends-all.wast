;;! title = "A trap in a thread ends the program while the main thread is in a loop"
;;! rules = ["P1-THR-06"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! fails = "trap"
;;! [run.checks]
;;! 33 = "nothing after the trap in the thread runs"
;;! 34 = "the main thread does not go on"
;;! 35 = "a thread is spawned"
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func $trap unreachable)
  (func (export "wasi_thread_start") (param i32 i32) (call $trap) (call $exit (i32.const 33)))
  (func (export "_start") (local $turns i32)
    (if (i32.le_s (call $spawn (i32.const 0)) (i32.const 0)) (then (call $exit (i32.const 35))))
    ;; Long enough for any thread to get its turn, and not for ever.
    (loop $again
      (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
      (drop (i32.atomic.load (i32.const 0)))
      (br_if $again (i32.lt_u (local.get $turns) (i32.const 1_000_000_000))))
    (call $exit (i32.const 34))))
