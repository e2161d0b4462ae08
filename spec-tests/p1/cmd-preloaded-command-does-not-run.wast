;;! title = "The _start of a command that is linked as a library does not run unless it is called"
;;! rules = ["P1-CMD-09"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "tool", module = "$Tool" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the _start of the library does not run"
;;! 34 = "the function of the library can be called"
(module definition $Tool
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 33)))
  (func (export "five") (result i32) (i32.const 5)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "tool" "five" (func $five (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (if (i32.ne (call $five) (i32.const 5)) (then (call $exit (i32.const 34))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
