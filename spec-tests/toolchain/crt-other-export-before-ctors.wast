;;! title = "Another export of a C program runs before the constructors did"
;;! rules = ["TOOL-CRT-07", "P1-CMD-02"]
;;! needs = ["wasip1"]
;;! bugs = ["EXPORT-BEFORE-INIT"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! invoke = "peek"
;;! stdout = "0"
;;! [run.checks]
;;! 33 = "the constructors have not run"
;;! 34 = "_start does not run"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 16) "0")
  (func $__wasm_call_ctors (i32.store8 (i32.const 16) (i32.const 0x31)))
  (func (export "_start") (call $__wasm_call_ctors) (call $exit (i32.const 34)))
  (func (export "peek")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (if (i32.ne (i32.load8_u (i32.const 16)) (i32.const 0x30)) (then (call $exit (i32.const 33))))))
