;;! title = "When the start section of a library traps, neither its _initialize nor the main program runs"
;;! rules = ["P1-REA-07", "CORE-START-09"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = ""
;;! fails = "trap"
;;! [run.checks]
;;! 33 = "_initialize does not run"
;;! 34 = "the main program does not run"
(module definition $Lib
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $start (unreachable))
  (start $start)
  (func (export "_initialize") (call $exit (i32.const 33))))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 34))))
