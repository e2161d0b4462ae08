;;! title = "A thread shares the memory of its spawner and has globals of its own"
;;! rules = ["P1-THR-01"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 0
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (global $own (mut i32) (i32.const 1))
  (func (export "wasi_thread_start") (param $tid i32) (param $arg i32)
    ;; The value that the spawner wrote, and a global that nobody has touched.
    (i32.store (i32.const 4) (i32.add (i32.load (i32.const 0)) (global.get $own)))
    (i32.atomic.store (i32.const 8) (local.get $arg))
    (drop (memory.atomic.notify (i32.const 8) (i32.const 1))))
  (func (export "_start")
    (global.set $own (i32.const 100))
    (i32.store (i32.const 0) (i32.const 40))
    (drop (call $spawn (i32.const 7)))
    (drop (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1)))
    (if (i32.ne (i32.load (i32.const 4)) (i32.const 41)) (then unreachable))
    (if (i32.ne (i32.load (i32.const 8)) (i32.const 7)) (then unreachable))
    (if (i32.ne (global.get $own) (i32.const 100)) (then unreachable))))
