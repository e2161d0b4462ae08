;;! title = "A WASI call of a preloaded module reads the memory of that module and not of main"
;;! rules = ["P1-ENV-01", "P1-ENV-09"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "L"
;;! [run.checks]
;;! 33 = "fd_write succeeds"
;;! 34 = "how much was written is stored in the memory of the library"
;;! 35 = "nothing is stored in the memory of the main program"
(module definition $Lib
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 16) "L")
  (func (export "hello")
    (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (then (call $exit (i32.const 33))))
    (if (i32.ne (i32.load (i32.const 8)) (i32.const 1)) (then (call $exit (i32.const 34))))))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "hello" (func $hello))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 16) "M")
  (func (export "_start")
    (call $hello)
    (if (i32.load (i32.const 8)) (then (call $exit (i32.const 35))))))
