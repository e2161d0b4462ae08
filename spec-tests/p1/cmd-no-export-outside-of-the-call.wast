;;! title = "No export of a command is called before _start is entered or after it has returned"
;;! rules = ["P1-CMD-04"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "no export is called before _start is entered"
;;! 34 = "no export is called after _start has returned"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  ;; 0 before _start, 1 in it, 2 behind it.
  (global $when (mut i32) (i32.const 0))
  (func $called
    (if (i32.eq (global.get $when) (i32.const 0)) (then (call $exit (i32.const 33))))
    (if (i32.eq (global.get $when) (i32.const 2)) (then (call $exit (i32.const 34)))))
  ;; What tools export beside _start, and hosts have been seen to call.
  (func (export "__wasm_call_ctors") (call $called))
  (func (export "__wasm_call_dtors") (call $called))
  (func (export "__post_instantiate") (call $called))
  (func (export "main") (param i32 i32) (result i32) (call $called) (i32.const 0))
  (func (export "malloc") (param i32) (result i32) (call $called) (i32.const 1024))
  (func (export "free") (param i32) (call $called))
  (func (export "other") (call $called))
  (func (export "_start")
    (global.set $when (i32.const 1))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
    (global.set $when (i32.const 2))))
