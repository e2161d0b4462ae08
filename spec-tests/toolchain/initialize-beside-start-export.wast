;;! title = "Whether the _initialize of a library that also exports _start is called is recorded"
;;! rules = ["TOOL-BAS-02"]
;;! needs = ["wasip1"]
;;! bugs = ["BOTH-ENTRIES"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! invoke = "ready"
;;! stdout = "1"
;;! [run.checks]
;;! 33 = "_initialize has run before the selected export"
;;! 34 = "_start does not run"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 16) "0")
  (func (export "_initialize") (i32.store8 (i32.const 16) (i32.const 0x31)))
  (func (export "_start") (call $exit (i32.const 34)))
  (func (export "ready")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (if (i32.ne (i32.load8_u (i32.const 16)) (i32.const 0x31)) (then (call $exit (i32.const 33))))))
