;;! title = "If _initialize traps, so does the instantiation, and run is not called"
;;! rules = ["P2-WITC-11"]
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
;;! fails = "trap"
;;! stdout = "1"
(module definition $Main
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $say (param i32)
    (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 1))
    (i32.store8 (i32.const 16) (i32.add (local.get 0) (i32.const 48)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_initialize") (call $say (i32.const 1)) unreachable)
  (func (export "wasi:cli/run@0.2.0#run") (result i32) (call $say (i32.const 2)) (i32.const 0)))
