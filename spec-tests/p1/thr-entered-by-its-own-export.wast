;;! title = "A thread is entered through wasi_thread_start, and its _start is not called"
;;! rules = ["P1-THR-02"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 0
;;! [run.checks]
;;! 33 = "_start runs in no thread"
;;! 34 = "wasi_thread_start has run, with the argument"
;;! 35 = "a thread is spawned"
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func $check (param $holds i32) (param $code i32)
    (if (i32.eqz (local.get $holds)) (then (call $exit (local.get $code)))))
  (func (export "wasi_thread_start") (param $tid i32) (param $arg i32)
    (drop (i32.atomic.rmw.add (i32.const 4) (local.get $arg)))
    (i32.atomic.store (i32.const 8) (i32.const 1))
    (drop (memory.atomic.notify (i32.const 8) (i32.const 1))))
  (func (export "_start")
    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
    (call $check (i32.eq (i32.atomic.load (i32.const 0)) (i32.const 1)) (i32.const 33))
    (call $check (i32.gt_s (call $spawn (i32.const 5)) (i32.const 0)) (i32.const 35))
    (drop (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1)))
    (call $check (i32.eq (i32.atomic.load (i32.const 0)) (i32.const 1)) (i32.const 33))
    (call $check (i32.eq (i32.atomic.load (i32.const 4)) (i32.const 5)) (i32.const 34))))
