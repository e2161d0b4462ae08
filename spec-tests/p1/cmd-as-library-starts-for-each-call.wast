;;! title = "The start function of a command that is linked as a library runs for each call"
;;! rules = ["P1-CMD-10"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "counter", module = "$Counter" }, { name = "tool", module = "$Tool" }]
;;! exit = 2
(module definition $Counter
  (global $count (mut i32) (i32.const 0))
  (func (export "bump") (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func (export "count") (result i32) (global.get $count)))
(module definition $Tool
  (import "counter" "bump" (func $bump))
  (start $bump)
  (func (export "_start"))
  (func (export "f")))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "tool" "f" (func $f))
  (import "counter" "count" (func $count (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $f) (call $f) (call $exit (call $count))))
