;;! title = "A module without _start is a reactor: its _initialize runs, and nothing else"
;;! rules = ["P1-KIND-02"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! stdout = "i"
;;! exit = 0
;;! [run.checks]
;;! 33 = "_initialize has not run before"
;;! 34 = "an export that nobody selected does not run"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "im")
  (global $initialized (mut i32) (i32.const 0))
  (func $print (param $at i32) (param $len i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $len))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_initialize")
    (if (global.get $initialized) (then (call $exit (i32.const 33))))
    (global.set $initialized (i32.const 1))
    (call $print (i32.const 16) (i32.const 1)))
  (func (export "main") (call $print (i32.const 17) (i32.const 1)) (call $exit (i32.const 34))))
