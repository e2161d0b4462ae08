;;! title = "proc_exit in a thread ends the program while the main thread waits"
;;! rules = ["P1-THR-06"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 9
;;! [run.checks]
;;! 33 = "proc_exit does not return in the thread"
;;! 34 = "the main thread does not go on"
;;! 35 = "a thread is spawned"
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func (export "wasi_thread_start") (param i32 i32) (call $exit (i32.const 9)) (call $exit (i32.const 33)))
  (func (export "_start")
    (if (i32.le_s (call $spawn (i32.const 0)) (i32.const 0)) (then (call $exit (i32.const 35))))
    (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
    (call $exit (i32.const 34))))
