;;! title = "A C library's constructors run in _initialize, and nothing runs its destructors"
;;! rules = ["TOOL-CRT-05"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! invoke = "f"
;;! stdout = "cf"
(module definition $Main
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "cfd")
  (func $print (param $at i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (i32.const 1))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func $__wasm_call_ctors (call $print (i32.const 16)))
  (func (export "__wasm_call_dtors") (call $print (i32.const 18)))
  (func (export "_initialize") (call $__wasm_call_ctors))
  (func (export "f") (call $print (i32.const 17))))
