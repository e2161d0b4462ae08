;;! title = "A standalone library of Emscripten is a reactor: its _initialize calls the constructors"
;;! rules = ["TOOL-EMS-01"]
;;! needs = ["wasip1"]
;;! bugs = ["NO-INITIALIZE"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 17
(module definition $Lib
  (memory (export "memory") 1)
  (table (export "__indirect_function_table") 1 funcref)
  (data (i32.const 1024) "\11")
  (global $made (mut i32) (i32.const 0))
  (func $__wasm_call_ctors (global.set $made (i32.load8_u (i32.const 1024))))
  (func (export "_initialize") (call $__wasm_call_ctors))
  (func (export "get") (result i32) (global.get $made)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "get" (func $get (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (call $get))))
