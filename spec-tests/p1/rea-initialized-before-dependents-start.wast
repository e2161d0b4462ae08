;;! title = "A reactor is initialised before the start section of a module that imports from it"
;;! rules = ["P1-REA-08"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the library was initialised when the start section of the main program ran"
(module definition $Lib
  (memory (export "memory") 1)
  (global $ready (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $ready (i32.const 6)))
  (func (export "get") (result i32) (global.get $ready)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "lib" "get" (func $get (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (global $seen (mut i32) (i32.const 0))
  (func $start (global.set $seen (call $get)))
  (start $start)
  (func (export "_start")
    (if (i32.ne (global.get $seen) (i32.const 6)) (then (call $exit (i32.const 33))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
