;;! title = "proc_exit ends the program with its status, and nothing after it runs"
;;! rules = ["P1-CMD-07"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = "a"
;;! exit = 3
;;! [run.checks]
;;! 33 = "proc_exit does not return"
;;! 34 = "the caller of the function that exited does not go on"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "ab")
  (func $print (param $at i32) (param $len i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $len))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func $deep (call $exit (i32.const 3)) (call $exit (i32.const 33)))
  (func (export "_start")
    (call $print (i32.const 16) (i32.const 1))
    (call $deep)
    (call $print (i32.const 17) (i32.const 1))
    (call $exit (i32.const 34))))
