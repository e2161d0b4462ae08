;;! title = "A pointer out of bounds that fd_write has to follow is a trap and not an error"
;;! rules = ["P1-ENV-11"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = ""
;;! fails = "trap"
;;! [run.checks]
;;! 33 = "fd_write does not return where what is to be written is beyond the memory"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "\00\00\01\00\01\00\00\00")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 33))))
