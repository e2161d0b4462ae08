;;! title = "A preopened directory can be closed in _initialize, and is gone afterwards"
;;! rules = ["P1-ENV-05"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! preopens = ["/a", "/b"]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the library can close the first directory"
;;! 34 = "the first directory is gone for the main program"
;;! 35 = "the second directory keeps its descriptor"
(module definition $Lib
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (if (call $close (i32.const 3)) (then (call $exit (i32.const 33))))))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    ;; badf is 8.
    (if (i32.ne (call $prestat (i32.const 3) (i32.const 64)) (i32.const 8)) (then (call $exit (i32.const 34))))
    (if (call $prestat (i32.const 4) (i32.const 64)) (then (call $exit (i32.const 35))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
