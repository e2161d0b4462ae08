;;! title = "A command that exports a mutable global of its own is run or refused, but not half"
;;! rules = ["P1-CMD-05"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 6
;;! fails = "refused"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global $own (export "own") (mut i32) (i32.const 6))
  (func (export "_start") (call $exit (global.get $own))))
