;;! title = "A module that does not export its function table is run or refused, but not half"
;;! rules = ["P1-ENV-03"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 6
;;! fails = "refused"
;;! [run.checks]
;;! 33 = "a call through the table finds its function"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const 0) $four)
  (func $four (result i32) (i32.const 4))
  ;; No output can be asked for, as the program may be refused: that it ran is told by its exit code.
  (func (export "_start")
    (if (i32.ne (call_indirect (result i32) (i32.const 0)) (i32.const 4)) (then (call $exit (i32.const 33))))
    (call $exit (i32.const 6))))
