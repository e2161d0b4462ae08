;;! title = "proc_exit in a function of a library ends the whole program"
;;! rules = ["P1-CMD-07"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 12
(module definition $Lib
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "leave") (call $exit (i32.const 12))))
(module definition $Main
  (import "lib" "leave" (func $leave))
  (memory (export "memory") 1)
  (func (export "_start") (call $leave) (unreachable)))
