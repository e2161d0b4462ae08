;;! title = "The ids of two threads that live at the same time are positive, below 2^29, and differ"
;;! rules = ["P1-THR-05"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the ids of two threads differ"
;;! 34 = "the ids are positive"
;;! 35 = "the ids are below 2^29"
;;! 36 = "the first thread is told its id"
;;! 37 = "the second thread is told its id"
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func $check (param $holds i32) (param $code i32)
    (if (i32.eqz (local.get $holds)) (then (call $exit (local.get $code)))))
  (func (export "wasi_thread_start") (param $tid i32) (param $arg i32)
    ;; Each writes the id that it was given into its place, and stays: nobody notifies at 8.
    (i32.atomic.store (local.get $arg) (local.get $tid))
    (drop (memory.atomic.notify (local.get $arg) (i32.const 1)))
    (drop (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1))))
  (func (export "_start") (local $a i32) (local $b i32)
    (local.set $a (call $spawn (i32.const 0)))
    (local.set $b (call $spawn (i32.const 4)))
    (call $check (i32.gt_s (local.get $a) (i32.const 0)) (i32.const 34))
    (call $check (i32.gt_s (local.get $b) (i32.const 0)) (i32.const 34))
    (call $check (i32.ne (local.get $a) (local.get $b)) (i32.const 33))
    (call $check (i32.lt_u (i32.or (local.get $a) (local.get $b)) (i32.const 0x20000000)) (i32.const 35))
    ;; Each wait ends when the id is there, however long that takes.
    (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
    (drop (memory.atomic.wait32 (i32.const 4) (i32.const 0) (i64.const -1)))
    (call $check (i32.eq (i32.atomic.load (i32.const 0)) (local.get $a)) (i32.const 36))
    (call $check (i32.eq (i32.atomic.load (i32.const 4)) (local.get $b)) (i32.const 37))
    (call $exit (i32.const 0))))
