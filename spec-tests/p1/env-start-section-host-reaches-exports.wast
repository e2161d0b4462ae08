;;! title = "Whether the host reaches an exported memory for a call from the start section is recorded"
;;! rules = ["EMB-INST-03"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 1
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func $start
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (global.set $count (i32.load (i32.const 0))))
  (start $start)
  (func (export "_start") (call $exit (global.get $count))))
