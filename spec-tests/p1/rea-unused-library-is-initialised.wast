;;! title = "A preloaded library is initialised even if the main program imports nothing from it"
;;! rules = ["P1-REA-01", "P1-REA-09"]
;;! needs = ["wasip1"]
;;! bugs = ["NO-INITIALIZE"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "lm"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the _initialize of the library has not run before"
;;! 34 = "_start has not run before"
(module definition $Lib
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 16) "l")
  (global $initialized (mut i32) (i32.const 0))
  (func (export "_initialize")
    (if (global.get $initialized) (then (call $exit (i32.const 33))))
    (global.set $initialized (i32.const 1))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 16) "m")
  (global $entered (mut i32) (i32.const 0))
  (func (export "_start")
    (if (global.get $entered) (then (call $exit (i32.const 34))))
    (global.set $entered (i32.const 1))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
