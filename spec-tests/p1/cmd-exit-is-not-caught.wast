;;! title = "proc_exit is no exception that the program could catch"
;;! rules = ["P1-CMD-07"]
;;! needs = ["wasip1", "exception-handling"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 5
;;! [run.checks]
;;! 33 = "proc_exit does not return"
;;! 34 = "no handler is entered"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (block $all
      (try_table (catch_all $all) (call $exit (i32.const 5)))
      (call $exit (i32.const 33)))
    (call $exit (i32.const 34))))
