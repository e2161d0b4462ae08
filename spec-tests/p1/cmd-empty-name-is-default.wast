;;! title = "Whether an export whose name is empty is run in place of _start is recorded"
;;! rules = ["P1-CMD-11"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 2
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "") (call $exit (i32.const 2)))
  (func (export "_start") (call $exit (i32.const 1))))
