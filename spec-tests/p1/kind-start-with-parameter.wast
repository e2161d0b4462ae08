;;! title = "What becomes of a _start that takes a parameter is recorded"
;;! rules = ["P1-KIND-06"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (param i32) (call $exit (i32.const 3))))
