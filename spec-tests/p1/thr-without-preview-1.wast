;;! title = "A program that spawns is one of WASI, and the host makes its memory, whatever else it imports"
;;! rules = ["P1-THR-01", "P1-THR-05"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 0
;;! no_checks = "It imports nothing of preview 1, which is what it is about: it traps if something does not hold."
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (func (export "wasi_thread_start") (param $tid i32) (param $arg i32)
    (i32.atomic.store (i32.const 8) (local.get $arg))
    (drop (memory.atomic.notify (i32.const 8) (i32.const 1))))
  (func (export "_start")
    (if (i32.le_s (call $spawn (i32.const 7)) (i32.const 0)) (then unreachable))
    (drop (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1)))
    (if (i32.ne (i32.atomic.load (i32.const 8)) (i32.const 7)) (then unreachable))))
