;;! title = "A reactor's _initialize is called once and in no thread that the reactor spawns"
;;! rules = ["P1-THR-02"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! invoke = "go"
;;! exit = 0
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (func (export "_initialize") (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))
  (func (export "wasi_thread_start") (param $tid i32) (param $arg i32)
    (i32.atomic.store (i32.const 8) (local.get $arg))
    (drop (memory.atomic.notify (i32.const 8) (i32.const 1))))
  (func (export "go")
    (if (i32.ne (i32.atomic.load (i32.const 0)) (i32.const 1)) (then unreachable))
    (drop (call $spawn (i32.const 5)))
    (drop (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1)))
    (if (i32.ne (i32.atomic.load (i32.const 8)) (i32.const 5)) (then unreachable))
    (if (i32.ne (i32.atomic.load (i32.const 0)) (i32.const 1)) (then unreachable))))
