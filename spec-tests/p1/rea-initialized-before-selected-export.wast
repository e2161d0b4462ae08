;;! title = "An export of a reactor that is selected for a call runs after _initialize"
;;! rules = ["P1-REA-04"]
;;! needs = ["wasip1"]
;;! bugs = ["EXPORT-BEFORE-INIT"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! invoke = "run"
;;! stdout = "ir"
;;! [run.checks]
;;! 33 = "_initialize has run before the selected export"
;;! 34 = "_initialize has not run before"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "ir")
  (global $initialized (mut i32) (i32.const 0))
  (func $print (param $at i32) (param $len i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $len))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_initialize")
    (if (global.get $initialized) (then (call $exit (i32.const 34))))
    (global.set $initialized (i32.const 1))
    (call $print (i32.const 16) (i32.const 1)))
  (func (export "run")
    (if (i32.eqz (global.get $initialized)) (then (call $exit (i32.const 33))))
    (call $print (i32.const 17) (i32.const 1))))
