;;! title = "What becomes of a _start that is no function is recorded"
;;! rules = ["P1-KIND-06"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! [run.checks]
;;! 33 = "an export that nobody selected does not run"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global (export "_start") i32 (i32.const 0))
  (func (export "main") (call $exit (i32.const 33))))
