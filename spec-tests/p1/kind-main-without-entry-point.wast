;;! title = "What becomes of a main program with neither entry point is recorded"
;;! rules = ["P1-KIND-05"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! [run.checks]
;;! 33 = "an export that nobody selected does not run"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "f") (call $exit (i32.const 33))))
