;;! title = "Thread ids are positive, below 2^29, and differ"
;;! rules = ["P1-THR-05"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 0
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (func (export "wasi_thread_start") (param $tid i32) (param $arg i32)
    ;; Each writes the id that it was given into its place.
    (i32.atomic.store (local.get $arg) (local.get $tid)))
  (func (export "_start") (local $a i32) (local $b i32)
    (local.set $a (call $spawn (i32.const 0)))
    (local.set $b (call $spawn (i32.const 4)))
    (if (i32.eq (local.get $a) (local.get $b)) (then unreachable))
    (if (i32.or (i32.le_s (local.get $a) (i32.const 0)) (i32.le_s (local.get $b) (i32.const 0))) (then unreachable))
    (if (i32.ge_u (i32.or (local.get $a) (local.get $b)) (i32.const 0x20000000)) (then unreachable))
    ;; Nobody notifies: the time passes, and both run meanwhile.
    (drop (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const 1000000)))
    (if (i32.ne (i32.atomic.load (i32.const 0)) (local.get $a)) (then unreachable))
    (if (i32.ne (i32.atomic.load (i32.const 4)) (local.get $b)) (then unreachable))))
