;;! title = "When the start section of a command traps, its _start does not run"
;;! rules = ["P1-CMD-01", "CORE-START-09"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = ""
;;! fails = "trap"
;;! [run.checks]
;;! 33 = "_start does not run"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 16) "s")
  (func $start (unreachable))
  (start $start)
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 33))))
;;= /$Main import "wasi_snapshot_preview1" "proc_exit" func
;;= /$Main import "wasi_snapshot_preview1" "fd_write" func
;;= /$Main allocated func 2 memory 1
;;= /$Main data 0 offset = i32:0
;;= /$Main data 0 -> memory 0 at 0 len 8
;;= /$Main data 0 dropped
;;= /$Main data 1 offset = i32:16
;;= /$Main data 1 -> memory 0 at 16 len 1
;;= /$Main data 1 dropped
;;= /$Main start 2 entered
;;= /$Main trap unreachable in start
