;;! title = "proc_exit in a function of a library ends the whole program"
;;! rules = ["P1-CMD-07"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 12
;;! [run.checks]
;;! 33 = "proc_exit does not return to the library"
;;! 34 = "the main program does not go on"
(module definition $Lib
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "leave") (call $exit (i32.const 12)) (call $exit (i32.const 33))))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "leave" (func $leave))
  (memory (export "memory") 1)
  (func (export "_start") (call $leave) (call $exit (i32.const 34))))
