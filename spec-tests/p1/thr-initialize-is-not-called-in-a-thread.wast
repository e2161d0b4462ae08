;;! title = "A reactor's _initialize is called once and in no thread that the reactor spawns"
;;! rules = ["P1-THR-02"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! invoke = "go"
;;! exit = 0
;;! [run.checks]
;;! 33 = "_initialize has run once before the selected export"
;;! 34 = "a thread is spawned"
;;! 35 = "the thread has the argument that it was given"
;;! 36 = "_initialize runs in no thread"
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func $check (param $holds i32) (param $code i32)
    (if (i32.eqz (local.get $holds)) (then (call $exit (local.get $code)))))
  (func (export "_initialize") (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))
  (func (export "wasi_thread_start") (param $tid i32) (param $arg i32)
    (i32.atomic.store (i32.const 8) (local.get $arg))
    (drop (memory.atomic.notify (i32.const 8) (i32.const 1))))
  (func (export "go")
    (call $check (i32.eq (i32.atomic.load (i32.const 0)) (i32.const 1)) (i32.const 33))
    (call $check (i32.gt_s (call $spawn (i32.const 5)) (i32.const 0)) (i32.const 34))
    (drop (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1)))
    (call $check (i32.eq (i32.atomic.load (i32.const 8)) (i32.const 5)) (i32.const 35))
    (call $check (i32.eq (i32.atomic.load (i32.const 0)) (i32.const 1)) (i32.const 36))))
