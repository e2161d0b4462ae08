;;! title = "The start section of a preloaded module with neither entry point runs before the main program"
;;! rules = ["P1-KIND-04", "P1-REA-08"]
;;! needs = ["wasip1"]
;;! bugs = ["INITIALIZE-REQUIRED"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the start section of the library has run"
;;! 34 = "the start section has run after the data segment was written"
(module definition $Lib
  (memory 1)
  (data (i32.const 0) "\0e")
  (global $value (export "value") (mut i32) (i32.const -1))
  (func $start (global.set $value (i32.load8_u (i32.const 0))))
  (start $start))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "lib" "value" (global $value (mut i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (if (i32.eq (global.get $value) (i32.const -1)) (then (call $exit (i32.const 33))))
    (if (i32.ne (global.get $value) (i32.const 14)) (then (call $exit (i32.const 34))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
