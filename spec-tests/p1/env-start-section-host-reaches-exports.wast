;;! title = "Whether the host reaches an exported memory for a call from the start section is recorded"
;;! rules = ["EMB-INST-03"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "args_sizes_get succeeds in the start section"
;;! 34 = "the host has stored the number of arguments in the exported memory"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (global $error (mut i32) (i32.const -1))
  (global $count (mut i32) (i32.const 0))
  (func $start
    (global.set $error (call $sizes (i32.const 32) (i32.const 36)))
    (global.set $count (i32.load (i32.const 32))))
  (start $start)
  (func (export "_start")
    (if (global.get $error) (then (call $exit (i32.const 33))))
    (if (i32.ne (global.get $count) (i32.const 1)) (then (call $exit (i32.const 34))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
