;;! title = "A reset of the adapter opens its descriptors anew, and is harmless before the first use"
;;! rules = ["P2-ADP-06"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! [build.componentize]
;;! main = "$Main"
;;! wit = '''
;;! package wasi:cli@0.2.0;
;;! interface run { run: func() -> result; }
;;! world w { export run; }
;;! '''
;;! adapters = [{ name = "wasi_snapshot_preview1", module = "reactor" }]
;;! [run]
;;! kind = "component"
;;! main = "$Made"
;;! exit = 0
;;! stdout = "13"
(module definition $Main
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "reset_adapter_state" (func $reset))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $say (param i32)
    (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 1))
    (i32.store8 (i32.const 16) (i32.add (local.get 0) (i32.const 48)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "wasi:cli/run@0.2.0#run") (result i32)
    (call $reset)
    (call $say (i32.const 1))
    (drop (call $close (i32.const 1)))
    (call $say (i32.const 2))
    (call $reset)
    (call $say (i32.const 3))
    (i32.const 0)))
