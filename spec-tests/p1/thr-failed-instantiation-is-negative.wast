;;! title = "A thread whose instantiation fails is told by a negative number"
;;! rules = ["P1-THR-04"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 0
;;! [run.checks]
;;! 33 = "a thread whose start section traps is a negative number"
;;! 34 = "a thread whose start section returns is a positive number"
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func $s (if (i32.atomic.load (i32.const 0)) (then unreachable)))
  (start $s)
  (func (export "wasi_thread_start") (param i32 i32))
  (func (export "_start")
    (i32.atomic.store (i32.const 0) (i32.const 1))
    (if (i32.ge_s (call $spawn (i32.const 0)) (i32.const 0)) (then (call $exit (i32.const 33))))
    (i32.atomic.store (i32.const 0) (i32.const 0))
    (if (i32.le_s (call $spawn (i32.const 0)) (i32.const 0)) (then (call $exit (i32.const 34))))))
