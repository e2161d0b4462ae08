;;! title = "A reactor's export sees what its _initialize did when the main program calls it"
;;! rules = ["P1-REA-02"]
;;! needs = ["wasip1"]
;;! bugs = ["NO-INITIALIZE"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the function of the library sees what _initialize did"
(module definition $Lib
  (memory (export "memory") 1)
  (global $ready (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $ready (i32.const 8)))
  (func (export "get") (result i32) (global.get $ready)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "lib" "get" (func $get (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (if (i32.ne (call $get) (i32.const 8)) (then (call $exit (i32.const 33))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
