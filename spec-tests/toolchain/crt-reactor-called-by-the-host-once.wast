;;! title = "A C library whose _initialize guards against a second call starts under a host"
;;! rules = ["TOOL-CRT-04", "P1-REA-01"]
;;! needs = ["wasip1"]
;;! bugs = ["INITIALIZE-TWICE"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "_initialize is not entered a second time"
;;! 34 = "_initialize has run before the main program"
(module definition $Lib
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global $initialized (mut i32) (i32.const 0))
  (func (export "_initialize")
    ;; A C library traps here.
    (if (global.get $initialized) (then (call $exit (i32.const 33)) (unreachable)))
    (global.set $initialized (i32.const 1)))
  (func (export "initialized") (result i32) (global.get $initialized)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "lib" "initialized" (func $initialized (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (if (i32.ne (call $initialized) (i32.const 1)) (then (call $exit (i32.const 34))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
