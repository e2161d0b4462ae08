;;! title = "A module that does not export its function table runs all the same"
;;! rules = ["P1-ENV-03"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 4
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const 0) $four)
  (func $four (result i32) (i32.const 4))
  (func (export "_start") (call $exit (call_indirect (result i32) (i32.const 0)))))
