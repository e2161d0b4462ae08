;;! title = "A thread shares the memory of its spawner and has globals of its own"
;;! rules = ["P1-THR-01"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the thread sees what its spawner wrote"
;;! 34 = "the thread has globals of its own, with their initial values"
;;! 35 = "the thread has the argument that it was given"
;;! 36 = "the thread does not change the globals of its spawner"
;;! 37 = "a thread is spawned"
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func $check (param $holds i32) (param $code i32)
    (if (i32.eqz (local.get $holds)) (then (call $exit (local.get $code)))))
  (global $own (mut i32) (i32.const 1))
  (func (export "wasi_thread_start") (param $tid i32) (param $arg i32)
    (i32.store (i32.const 4) (i32.load (i32.const 0)))
    (i32.store (i32.const 12) (global.get $own))
    (global.set $own (i32.const 5))
    (i32.atomic.store (i32.const 8) (local.get $arg))
    (drop (memory.atomic.notify (i32.const 8) (i32.const 1))))
  (func (export "_start")
    (global.set $own (i32.const 100))
    (i32.store (i32.const 0) (i32.const 40))
    (call $check (i32.gt_s (call $spawn (i32.const 7)) (i32.const 0)) (i32.const 37))
    (drop (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1)))
    (call $check (i32.eq (i32.load (i32.const 4)) (i32.const 40)) (i32.const 33))
    (call $check (i32.eq (i32.load (i32.const 12)) (i32.const 1)) (i32.const 34))
    (call $check (i32.eq (i32.load (i32.const 8)) (i32.const 7)) (i32.const 35))
    (call $check (i32.eq (global.get $own) (i32.const 100)) (i32.const 36))))
