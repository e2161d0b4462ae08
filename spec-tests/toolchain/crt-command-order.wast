;;! title = "In a C program, constructors, main, its exit handlers and destructors run, and then it exits"
;;! rules = ["TOOL-CRT-02"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = "cmad"
;;! exit = 4
;;! [run.checks]
;;! 33 = "the program is entered once"
;;! 34 = "nothing after proc_exit runs"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "cmad")
  (global $entered (mut i32) (i32.const 0))
  (func $print (param $at i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (i32.const 1))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func $__wasm_call_ctors (call $print (i32.const 16)))
  (func $main (result i32) (call $print (i32.const 17)) (i32.const 4))
  (func $__wasm_call_dtors (call $print (i32.const 18)) (call $print (i32.const 19)))
  (func (export "_start") (local $status i32)
    (if (global.get $entered) (then (call $exit (i32.const 33))))
    (global.set $entered (i32.const 1))
    (call $__wasm_call_ctors)
    (local.set $status (call $main))
    (call $__wasm_call_dtors)
    (if (local.get $status) (then (call $exit (local.get $status))))
    (call $exit (i32.const 34))))
