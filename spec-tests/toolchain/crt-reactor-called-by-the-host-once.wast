;;! title = "A C library whose _initialize guards against a second call starts under a host"
;;! rules = ["TOOL-CRT-04", "P1-REA-01"]
;;! needs = ["wasip1"]
;;! bugs = ["INITIALIZE-TWICE"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 1
(module definition $Lib
  (memory (export "memory") 1)
  (global $initialized (mut i32) (i32.const 0))
  (func (export "_initialize")
    (if (global.get $initialized) (then (unreachable)))
    (global.set $initialized (i32.const 1)))
  (func (export "initialized") (result i32) (global.get $initialized)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "initialized" (func $initialized (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (call $initialized))))
