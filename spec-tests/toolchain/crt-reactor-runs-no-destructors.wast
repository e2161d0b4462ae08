;;! title = "A C library's constructors run in _initialize, and nothing runs its destructors"
;;! rules = ["TOOL-CRT-05"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! invoke = "f"
;;! stdout = "cf"
;;! [run.checks]
;;! 33 = "the constructors have run before the selected export"
;;! 34 = "the destructors do not run"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "cfd")
  (global $constructed (mut i32) (i32.const 0))
  (func $print (param $at i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (i32.const 1))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func $__wasm_call_ctors (call $print (i32.const 16)) (global.set $constructed (i32.const 1)))
  (func (export "__wasm_call_dtors") (call $print (i32.const 18)) (call $exit (i32.const 34)))
  (func (export "_initialize") (call $__wasm_call_ctors))
  (func (export "f")
    (if (i32.eqz (global.get $constructed)) (then (call $exit (i32.const 33))))
    (call $print (i32.const 17))))
