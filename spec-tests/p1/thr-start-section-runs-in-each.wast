;;! title = "The start section runs in every thread's instance"
;;! rules = ["P1-THR-03"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the start section has run in every instance"
;;! 34 = "the start section has run once in each instance"
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func $s (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))
  (start $s)
  (func (export "wasi_thread_start") (param i32 i32))
  (func (export "_start")
    (drop (call $spawn (i32.const 0)))
    (drop (call $spawn (i32.const 0)))
    (if (i32.lt_u (i32.atomic.load (i32.const 0)) (i32.const 3)) (then (call $exit (i32.const 33))))
    (if (i32.gt_u (i32.atomic.load (i32.const 0)) (i32.const 3)) (then (call $exit (i32.const 34))))))
