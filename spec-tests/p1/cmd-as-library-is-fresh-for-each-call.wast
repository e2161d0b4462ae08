;;! title = "A command that is linked as a library is a new instance for each call"
;;! rules = ["P1-CMD-09"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "tool", module = "$Tool" }]
;;! exit = 11
(module definition $Tool
  (global $count (mut i32) (i32.const 0))
  (func (export "_start"))
  (func (export "bump") (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (global.get $count)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "tool" "bump" (func $bump (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (call $exit (i32.add (i32.mul (call $bump) (i32.const 10)) (call $bump)))))
