;;! title = "A reactor stays alive and keeps its state from call to call"
;;! rules = ["P1-REA-03"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 12
(module definition $Lib
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func (export "_initialize"))
  (func (export "bump") (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (global.get $count)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "bump" (func $bump (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (call $exit (i32.add (i32.mul (call $bump) (i32.const 10)) (call $bump)))))
