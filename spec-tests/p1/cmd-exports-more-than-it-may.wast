;;! title = "A command that exports a mutable global of its own is run or refused, but not half"
;;! rules = ["P1-CMD-05"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 6
;;! fails = "refused"
;;! [run.checks]
;;! 33 = "the global has its value when _start runs"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global $own (export "own") (mut i32) (i32.const 6))
  ;; No output can be asked for, as the program may be refused: that it ran is told by its exit code.
  (func (export "_start")
    (if (i32.ne (global.get $own) (i32.const 6)) (then (call $exit (i32.const 33))))
    (call $exit (i32.const 6))))
