;;! title = "A standalone library of Emscripten is a reactor: its _initialize calls the constructors"
;;! rules = ["TOOL-EMS-01"]
;;! needs = ["wasip1"]
;;! bugs = ["NO-INITIALIZE"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the constructors have run before the main program"
;;! 34 = "the constructors have found the data segment written"
(module definition $Lib
  (memory (export "memory") 1)
  (table (export "__indirect_function_table") 1 funcref)
  (data (i32.const 1024) "\11")
  (global $made (mut i32) (i32.const -1))
  (func $__wasm_call_ctors (global.set $made (i32.load8_u (i32.const 1024))))
  (func (export "_initialize") (call $__wasm_call_ctors))
  (func (export "get") (result i32) (global.get $made)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "lib" "get" (func $get (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (if (i32.eq (call $get) (i32.const -1)) (then (call $exit (i32.const 33))))
    (if (i32.ne (call $get) (i32.const 17)) (then (call $exit (i32.const 34))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
