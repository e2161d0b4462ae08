;;! title = "A descriptor that a library closes in _initialize is closed for the main program too"
;;! rules = ["P1-ENV-09"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the library can close descriptor 0"
;;! 34 = "the descriptor is closed for the main program too"
;;! 35 = "the error is that of a bad descriptor"
(module definition $Lib
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (if (call $close (i32.const 0)) (then (call $exit (i32.const 33))))))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $stat (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start") (local $error i32)
    (local.set $error (call $stat (i32.const 0) (i32.const 64)))
    (if (i32.eqz (local.get $error)) (then (call $exit (i32.const 34))))
    ;; badf is 8.
    (if (i32.ne (local.get $error) (i32.const 8)) (then (call $exit (i32.const 35))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
