;;! title = "Whether what a command wrote before it trapped comes out is recorded"
;;! rules = ["P1-CMD-08"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = "b"
;;! fails = "trap"
;;! [run.checks]
;;! 33 = "fd_write succeeds"
;;! 34 = "nothing after the trap runs"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 16) "b")
  (func $trap (unreachable))
  (func (export "_start")
    (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (then (call $exit (i32.const 33))))
    (call $trap)
    (call $exit (i32.const 34))))
