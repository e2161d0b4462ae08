;;! title = "A command that is linked as a library is a new instance for each call"
;;! rules = ["P1-CMD-09"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "tool", module = "$Tool" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the first call finds a new instance"
;;! 34 = "the second call finds another new instance"
(module definition $Tool
  (global $count (mut i32) (i32.const 0))
  (func (export "_start"))
  (func (export "bump") (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (global.get $count)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "tool" "bump" (func $bump (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (if (i32.ne (call $bump) (i32.const 1)) (then (call $exit (i32.const 33))))
    (if (i32.ne (call $bump) (i32.const 1)) (then (call $exit (i32.const 34))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
