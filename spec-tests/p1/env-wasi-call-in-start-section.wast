;;! title = "Whether a WASI function works in the start section is recorded"
;;! rules = ["P1-ENV-07"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = "s"
;;! exit = 0
;;! [run.checks]
;;! 33 = "fd_write succeeds in the start section"
;;! 34 = "fd_write has written one byte when _start begins"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 16) "s")
  (global $error (mut i32) (i32.const -1))
  (func $start (global.set $error (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (start $start)
  (func (export "_start")
    (if (global.get $error) (then (call $exit (i32.const 33))))
    (if (i32.ne (i32.load (i32.const 8)) (i32.const 1)) (then (call $exit (i32.const 34))))))
