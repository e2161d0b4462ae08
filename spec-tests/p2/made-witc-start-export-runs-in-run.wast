;;! title = "The _start of a command runs in run, and not before"
;;! rules = ["P2-WITC-08", "P2-ADP-04"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! [build.componentize]
;;! main = "$Main"
;;! adapters = [{ name = "wasi_snapshot_preview1", module = "command" }]
;;! [run]
;;! kind = "component"
;;! main = "$Made"
;;! exit = 0
;;! times = 1
;;! stdout = "1"
(module definition $Main
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $say (param i32)
    (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 1))
    (i32.store8 (i32.const 16) (i32.add (local.get 0) (i32.const 48)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func $first (call $inc))
  (global $n (mut i32) (i32.const 0))
  (func $inc (global.set $n (i32.add (global.get $n) (i32.const 1))))
  (start $first)
  (func (export "_start") (call $say (global.get $n)) (call $inc)))
