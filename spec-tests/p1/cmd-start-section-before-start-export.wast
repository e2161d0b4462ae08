;;! title = "The start section of a command runs before its _start"
;;! rules = ["P1-CMD-01", "CORE-START-04"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 9
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global $g (mut i32) (i32.const 0))
  (func $start (global.set $g (i32.const 9)))
  (start $start)
  (func (export "_start") (call $exit (global.get $g))))
