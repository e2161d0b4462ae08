;;! title = "A descriptor that a library closes in _initialize is closed for the main program too"
;;! rules = ["P1-ENV-09"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 8
(module definition $Lib
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (if (call $close (i32.const 0)) (then (unreachable)))))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $stat (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; The error number of a bad descriptor is 8.
  (func (export "_start") (call $exit (call $stat (i32.const 0) (i32.const 64)))))
