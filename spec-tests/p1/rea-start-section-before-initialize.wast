;;! title = "A reactor's start section runs before its _initialize"
;;! rules = ["P1-REA-07"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the start section did not run after _initialize"
;;! 34 = "the start section and _initialize have run once each"
(module definition $Lib
  (memory (export "memory") 1)
  (global $order (mut i32) (i32.const 0))
  (func $start (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (i32.const 1))))
  (start $start)
  (func (export "_initialize")
    (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (i32.const 2))))
  (func (export "order") (result i32) (global.get $order)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "lib" "order" (func $order (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (if (i32.eq (call $order) (i32.const 21)) (then (call $exit (i32.const 33))))
    (if (i32.ne (call $order) (i32.const 12)) (then (call $exit (i32.const 34))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
