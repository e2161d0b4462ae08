;;! title = "What proc_exit does in the start section is recorded"
;;! rules = ["P1-ENV-08"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 4
;;! [run.checks]
;;! 33 = "proc_exit does not return"
;;! 34 = "_start does not run"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $start (call $exit (i32.const 4)) (call $exit (i32.const 33)))
  (start $start)
  (func (export "_start") (call $exit (i32.const 34))))
