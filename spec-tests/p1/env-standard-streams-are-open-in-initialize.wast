;;! title = "Descriptors 0, 1 and 2 are open when _initialize begins"
;;! rules = ["P1-ENV-04"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! invoke = "done"
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "descriptor 0 is open"
;;! 34 = "descriptor 1 is open"
;;! 35 = "descriptor 2 is open"
;;! 36 = "_initialize has run before the selected export"
;;! 37 = "_initialize has not run before"
(module definition $Main
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $stat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (global $ready (mut i32) (i32.const 0))
  (func $open (param $fd i32) (param $code i32)
    (if (call $stat (local.get $fd) (i32.const 64)) (then (call $exit (local.get $code)))))
  (func (export "_initialize")
    (if (global.get $ready) (then (call $exit (i32.const 37))))
    (call $open (i32.const 0) (i32.const 33))
    (call $open (i32.const 1) (i32.const 34))
    (call $open (i32.const 2) (i32.const 35))
    (global.set $ready (i32.const 1)))
  (func (export "done")
    (if (i32.eqz (global.get $ready)) (then (call $exit (i32.const 36))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
