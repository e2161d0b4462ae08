;;! title = "A module that exports both _start and _initialize is refused, and neither runs"
;;! rules = ["P1-KIND-03"]
;;! needs = ["wasip1"]
;;! bugs = ["BOTH-ENTRIES"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = ""
;;! fails = "refused"
;;! [run.checks]
;;! 33 = "_start does not run by itself"
;;! 34 = "_start does not run after _initialize"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "is")
  (global $initialized (mut i32) (i32.const 0))
  (func $print (param $at i32) (param $len i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $len))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_initialize") (call $print (i32.const 16) (i32.const 1)) (global.set $initialized (i32.const 1)))
  (func (export "_start")
    (call $print (i32.const 17) (i32.const 1))
    (if (global.get $initialized) (then (call $exit (i32.const 34))))
    (call $exit (i32.const 33))))
