;;! title = "What a spawn returns in a module without wasi_thread_start is recorded"
;;! rules = ["P1-THR-07"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the spawn returns a negative number"
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func (export "_start")
    (if (i32.ge_s (call $spawn (i32.const 0)) (i32.const 0)) (then (call $exit (i32.const 33))))))
