;;! title = "When a reactor's _initialize traps, the main program does not run"
;;! rules = ["P1-REA-05"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = ""
;;! fails = "trap"
;;! [run.checks]
;;! 33 = "nothing after the trap in _initialize runs"
;;! 34 = "the main program does not run"
(module definition $Lib
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $trap (unreachable))
  (func (export "_initialize") (call $trap) (call $exit (i32.const 33)))
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
