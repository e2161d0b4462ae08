;;! title = "When another export of a command is selected, _start does not run"
;;! rules = ["P1-CMD-02"]
;;! needs = ["wasip1"]
;;! bugs = ["COMMAND-RUN-BY-INSTANTIATE"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! invoke = "other"
;;! stdout = "o"
;;! [run.checks]
;;! 33 = "_start does not run"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "so")
  (func $print (param $at i32) (param $len i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $len))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start") (call $print (i32.const 16) (i32.const 1)) (call $exit (i32.const 33)))
  (func (export "other") (call $print (i32.const 17) (i32.const 1))))
