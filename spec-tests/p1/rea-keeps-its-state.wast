;;! title = "A reactor stays alive and keeps its state from call to call"
;;! rules = ["P1-REA-03"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the first call finds the state of the new instance"
;;! 34 = "the second call finds what the first one left"
(module definition $Lib
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func (export "_initialize"))
  (func (export "bump") (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (global.get $count)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "lib" "bump" (func $bump (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (if (i32.ne (call $bump) (i32.const 1)) (then (call $exit (i32.const 33))))
    (if (i32.ne (call $bump) (i32.const 2)) (then (call $exit (i32.const 34))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
