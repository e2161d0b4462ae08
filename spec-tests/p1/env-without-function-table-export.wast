;;! title = "A module that does not export its function table runs all the same"
;;! rules = ["P1-ENV-03"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "a call through the table finds its function"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (table 1 funcref)
  (elem (i32.const 0) $four)
  (func $four (result i32) (i32.const 4))
  (func (export "_start")
    (if (i32.ne (call_indirect (result i32) (i32.const 0)) (i32.const 4)) (then (call $exit (i32.const 33))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
