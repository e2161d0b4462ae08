;;! title = "The exit code 3 of a command is an exit with an error to its component, and status 1"
;;! rules = ["P2-ADP-03"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! [build.componentize]
;;! main = "$Main"
;;! adapters = [{ name = "wasi_snapshot_preview1", module = "command" }]
;;! [run]
;;! kind = "component"
;;! main = "$Made"
;;! exit = 1
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 3))))
