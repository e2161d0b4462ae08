;;! title = "A preopened directory can be closed in _initialize, and is gone afterwards"
;;! rules = ["P1-ENV-05"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! preopens = ["/a", "/b"]
;;! invoke = "go"
;;! stdout = "ok"
;;! [run.checks]
;;! 33 = "two directories are open in _initialize"
;;! 34 = "_initialize can close the first directory"
;;! 35 = "_initialize has run before the selected export"
;;! 36 = "the first directory is gone afterwards"
;;! 37 = "the second directory keeps its descriptor"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (global $first (mut i32) (i32.const 0))
  (global $second (mut i32) (i32.const 0))
  (func $check (param $holds i32) (param $code i32)
    (if (i32.eqz (local.get $holds)) (then (call $exit (local.get $code)))))
  ;; The first descriptor from `fd` to 63 that is a preopened directory.
  (func $find (param $fd i32) (result i32)
    (loop $next
      (if (i32.eqz (call $prestat (local.get $fd) (i32.const 64))) (then (return (local.get $fd))))
      (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $fd) (i32.const 64))))
    (call $exit (i32.const 33))
    (unreachable))
  (func (export "_initialize")
    (global.set $first (call $find (i32.const 3)))
    (global.set $second (call $find (i32.add (global.get $first) (i32.const 1))))
    (call $check (i32.eqz (call $close (global.get $first))) (i32.const 34)))
  (func (export "go")
    (call $check (global.get $first) (i32.const 35))
    ;; badf is 8.
    (call $check (i32.eq (call $prestat (global.get $first) (i32.const 64)) (i32.const 8)) (i32.const 36))
    (call $check (i32.eqz (call $prestat (global.get $second) (i32.const 64))) (i32.const 37))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
