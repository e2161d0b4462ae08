;;! title = "proc_exit in a reactor's _initialize ends the program with its status before main runs"
;;! rules = ["P1-REA-06"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = ""
;;! exit = 5
;;! [run.checks]
;;! 33 = "proc_exit does not return to _initialize"
;;! 34 = "the main program does not run"
(module definition $Lib
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (call $exit (i32.const 5)) (call $exit (i32.const 33)))
  (func (export "f")))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "lib" "f" (func $f))
  (memory (export "memory") 1)
  (data (i32.const 16) "m")
  (func $print (param $at i32) (param $len i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $len))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start") (call $print (i32.const 16) (i32.const 1)) (call $exit (i32.const 34))))
