;;! title = "A selected export that calls another one does not bring a second _initialize about"
;;! rules = ["P1-REA-01", "P1-REA-04"]
;;! needs = ["wasip1"]
;;! bugs = ["INITIALIZE-TWICE"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! invoke = "twice"
;;! stdout = "1"
;;! [run.checks]
;;! 33 = "_initialize has run before the selected export"
;;! 34 = "_initialize has run once"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 16) "0")
  (func (export "_initialize") (i32.store8 (i32.const 16) (i32.add (i32.load8_u (i32.const 16)) (i32.const 1))))
  (func $nothing (export "nothing"))
  (func (export "twice")
    (call $nothing)
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (if (i32.eq (i32.load8_u (i32.const 16)) (i32.const 0x30)) (then (call $exit (i32.const 33))))
    (if (i32.ne (i32.load8_u (i32.const 16)) (i32.const 0x31)) (then (call $exit (i32.const 34))))))
