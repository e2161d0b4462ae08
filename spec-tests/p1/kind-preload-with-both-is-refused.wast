;;! title = "A preloaded module that exports both _start and _initialize is refused, and the main program does not run"
;;! rules = ["P1-KIND-03"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! fails = "refused"
;;! [run.checks]
;;! 33 = "the _initialize of the library does not run"
;;! 34 = "the _start of the library does not run"
;;! 35 = "the main program does not run"
(module definition $Lib
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (call $exit (i32.const 33)))
  (func (export "_start") (call $exit (i32.const 34)))
  (func (export "f")))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "f" (func $f))
  (memory (export "memory") 1)
  (func (export "_start") (call $f) (call $exit (i32.const 35))))
