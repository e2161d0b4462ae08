;;! title = "The host does not touch exports called __heap_base and __data_end"
;;! rules = ["P1-ENV-06"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 30
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global $heap (export "__heap_base") (mut i32) (i32.const 10))
  (global $data (export "__data_end") (mut i32) (i32.const 20))
  (func (export "_start") (call $exit (i32.add (global.get $heap) (global.get $data)))))
