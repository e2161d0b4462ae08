;;! title = "The host does not touch exports called __heap_base and __data_end"
;;! rules = ["P1-ENV-06"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "__heap_base has the value that the program gave it"
;;! 34 = "__data_end has the value that the program gave it"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (global $heap (export "__heap_base") (mut i32) (i32.const 10))
  (global $data (export "__data_end") (mut i32) (i32.const 20))
  (func (export "_start")
    (if (i32.ne (global.get $heap) (i32.const 10)) (then (call $exit (i32.const 33))))
    (if (i32.ne (global.get $data) (i32.const 20)) (then (call $exit (i32.const 34))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
