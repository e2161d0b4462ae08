;;! title = "Constructors that _initialize calls have run once, however often an export is called"
;;! rules = ["P2-WITC-12"]
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
;;! times = 3
;;! stdout = "111"
(module definition $Main
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $say (param i32)
    (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 1))
    (i32.store8 (i32.const 16) (i32.add (local.get 0) (i32.const 48)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (global $constructed (mut i32) (i32.const 0))
  (func $__wasm_call_ctors (global.set $constructed (i32.add (global.get $constructed) (i32.const 1))))
  (func (export "_initialize") (call $__wasm_call_ctors))
  (func (export "wasi:cli/run@0.2.0#run") (result i32) (call $say (global.get $constructed)) (i32.const 0)))
