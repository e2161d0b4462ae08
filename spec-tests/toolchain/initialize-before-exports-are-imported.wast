;;! title = "What _initialize puts into an exported table is there when another module's start section uses it"
;;! rules = ["TOOL-BAS-01"]
;;! needs = ["wasip1"]
;;! bugs = ["NO-INITIALIZE"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 21
(module definition $Lib
  (memory (export "memory") 1)
  (table (export "table") 1 funcref)
  (elem declare func $f)
  (func $f (result i32) (i32.const 21))
  (func (export "_initialize") (table.set (i32.const 0) (ref.func $f))))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "table" (table 1 funcref))
  (memory (export "memory") 1)
  (global $seen (mut i32) (i32.const 0))
  (func $start (global.set $seen (call_indirect (result i32) (i32.const 0))))
  (start $start)
  (func (export "_start") (call $exit (global.get $seen))))
