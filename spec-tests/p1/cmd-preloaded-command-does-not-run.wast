;;! title = "The _start of a command that is linked as a library does not run unless it is called"
;;! rules = ["P1-CMD-09"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "tool", module = "$Tool" }]
;;! exit = 5
(module definition $Tool
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 1)))
  (func (export "five") (result i32) (i32.const 5)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "tool" "five" (func $five (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (call $five))))
