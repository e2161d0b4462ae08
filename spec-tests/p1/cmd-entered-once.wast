;;! title = "A command's _start is entered once"
;;! rules = ["P1-CMD-03"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = "s"
;;! exit = 0
;;! [run.checks]
;;! 33 = "_start has not been entered before"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "s")
  (global $entered (mut i32) (i32.const 0))
  (func $print (param $at i32) (param $len i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $len))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start")
    (if (global.get $entered) (then (call $exit (i32.const 33))))
    (global.set $entered (i32.const 1))
    (call $print (i32.const 16) (i32.const 1))))
