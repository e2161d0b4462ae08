;;! title = "A WASI function that is called in _initialize reaches the reactor's memory"
;;! rules = ["P1-REA-10", "P1-ENV-01"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! stdout = "hi"
;;! [run.checks]
;;! 33 = "fd_write succeeds in _initialize"
;;! 34 = "how much was written is stored in the memory of the reactor"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\02\00\00\00")
  (data (i32.const 16) "hi")
  (func (export "_initialize")
    (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (then (call $exit (i32.const 33))))
    (if (i32.ne (i32.load (i32.const 8)) (i32.const 2)) (then (call $exit (i32.const 34))))))
