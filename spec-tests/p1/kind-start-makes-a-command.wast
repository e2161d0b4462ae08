;;! title = "A module that exports _start is a command: it is entered there"
;;! rules = ["P1-KIND-01", "P1-CMD-01"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 7
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 7)))
  (func (export "other") (call $exit (i32.const 1))))
