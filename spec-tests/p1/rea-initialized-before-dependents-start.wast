;;! title = "A reactor is initialised before the start section of a module that imports from it"
;;! rules = ["P1-REA-08"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 6
(module definition $Lib
  (memory (export "memory") 1)
  (global $ready (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $ready (i32.const 6)))
  (func (export "get") (result i32) (global.get $ready)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "get" (func $get (result i32)))
  (memory (export "memory") 1)
  (global $seen (mut i32) (i32.const 0))
  (func $start (global.set $seen (call $get)))
  (start $start)
  (func (export "_start") (call $exit (global.get $seen))))
