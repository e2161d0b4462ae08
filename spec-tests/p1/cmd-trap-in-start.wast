;;! title = "With which status a trap in _start ends is recorded"
;;! rules = ["P1-CMD-08"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! fails = "trap"
;;! [run.checks]
;;! 33 = "nothing after the trap runs"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $trap (unreachable))
  (func (export "_start") (call $trap) (call $exit (i32.const 33))))
