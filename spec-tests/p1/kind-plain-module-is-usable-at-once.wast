;;! title = "A preloaded module with neither entry point is usable right after its instantiation"
;;! rules = ["P1-KIND-04"]
;;! needs = ["wasip1"]
;;! bugs = ["INITIALIZE-REQUIRED"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the function of the library can be called"
(module definition $Lib (func (export "f") (result i32) (i32.const 12)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "lib" "f" (func $f (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (if (i32.ne (call $f) (i32.const 12)) (then (call $exit (i32.const 33))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
