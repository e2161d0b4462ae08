;;! title = "The start section of a command runs before its _start"
;;! rules = ["P1-CMD-01", "CORE-START-04"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the start section has run when _start begins"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (global $g (mut i32) (i32.const 0))
  (func $start (global.set $g (i32.const 9)))
  (start $start)
  (func (export "_start")
    (if (i32.ne (global.get $g) (i32.const 9)) (then (call $exit (i32.const 33))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
