;;! title = "proc_exit with 0 ends the program with status 0, and nothing after it runs"
;;! rules = ["P1-CMD-07"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 0
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 0)) (unreachable)))
