;;! title = "A trap in a thread ends the program while the main thread is in a loop"
;;! rules = ["P1-THR-06"]
;;! needs = ["wasip1", "wasi-threads", "threads"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! fails = "trap"
(module definition $Main
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (func (export "wasi_thread_start") (param i32 i32) unreachable)
  (func (export "_start")
    (drop (call $spawn (i32.const 0)))
    (loop $again (br_if $again (i32.eqz (i32.atomic.load (i32.const 0)))))))
