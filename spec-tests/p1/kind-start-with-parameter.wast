;;! title = "What becomes of a _start that takes a parameter is recorded"
;;! rules = ["P1-KIND-06"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! [run.checks]
;;! 33 = "a parameter that nobody gives is 0"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  ;; The output tells whether it was entered.
  (func (export "_start") (param i32)
    (if (local.get 0) (then (call $exit (i32.const 33))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
