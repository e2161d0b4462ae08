;;! title = "What becomes of an _initialize that has a result is recorded"
;;! rules = ["P1-KIND-07"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! [run.checks]
;;! 33 = "the _initialize that has a result has run"
(module definition $Lib
  (global $ready (mut i32) (i32.const 0))
  (func (export "_initialize") (result i32) (global.set $ready (i32.const 1)) (i32.const 0))
  (func (export "ready") (result i32) (global.get $ready)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "ready" (func $ready (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (if (i32.eqz (call $ready)) (then (call $exit (i32.const 33))))))
