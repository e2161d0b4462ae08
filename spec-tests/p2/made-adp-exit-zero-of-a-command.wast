;;! title = "A command that exits with 0 ends well, and nothing behind the exit runs"
;;! rules = ["P2-ADP-03"]
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
;;! stdout = "1"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $say (param i32)
    (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 1))
    (i32.store8 (i32.const 16) (i32.add (local.get 0) (i32.const 48)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start") (call $say (i32.const 1)) (call $exit (i32.const 0)) (call $say (i32.const 2))))
