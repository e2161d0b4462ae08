;;! title = "proc_exit with 0 in a library's _initialize ends the program before the main program runs"
;;! rules = ["P1-REA-06"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 0
(module definition $Lib
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (call $exit (i32.const 0))))
(module definition $Main
  (memory (export "memory") 1)
  (func (export "_start") (unreachable)))
