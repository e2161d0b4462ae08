;;! title = "The preopened directories have the descriptors from 3 on, in order"
;;! rules = ["P1-ENV-10"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! preopens = ["/a", "/bc"]
;;! invoke = "print"
;;! stdout = "/a/bc"
;;! [run.checks]
;;! 33 = "the directories have the descriptors 3 and 4"
;;! 34 = "the names of the directories can be had"
;;! 35 = "there is no third directory"
;;! 36 = "_initialize has run before the selected export"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $name (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $end (mut i32) (i32.const 64))
  (func $check (param $holds i32) (param $code i32)
    (if (i32.eqz (local.get $holds)) (then (call $exit (local.get $code)))))
  ;; Appends the name of a preopened directory to the text at 64.
  (func $append (param $fd i32) (local $len i32)
    (call $check (i32.eqz (call $prestat (local.get $fd) (i32.const 0))) (i32.const 33))
    (local.set $len (i32.load (i32.const 4)))
    (call $check (i32.eqz (call $name (local.get $fd) (global.get $end) (local.get $len))) (i32.const 34))
    (global.set $end (i32.add (global.get $end) (local.get $len))))
  (func (export "_initialize")
    (call $append (i32.const 3))
    (call $append (i32.const 4))
    (call $check (call $prestat (i32.const 5) (i32.const 0)) (i32.const 35)))
  (func (export "print")
    (call $check (i32.ne (global.get $end) (i32.const 64)) (i32.const 36))
    (i32.store (i32.const 0) (i32.const 64))
    (i32.store (i32.const 4) (i32.sub (global.get $end) (i32.const 64)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
