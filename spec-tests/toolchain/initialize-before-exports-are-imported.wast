;;! title = "What _initialize puts into an exported table is there when another module's start section uses it"
;;! rules = ["TOOL-BAS-01"]
;;! needs = ["wasip1"]
;;! bugs = ["NO-INITIALIZE"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the table was filled when the start section of the main program ran"
;;! 34 = "the table held the function of the library"
(module definition $Lib
  (memory (export "memory") 1)
  (table (export "table") 1 funcref)
  (elem declare func $f)
  (func $f (result i32) (i32.const 21))
  (func (export "_initialize") (table.set (i32.const 0) (ref.func $f))))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "lib" "table" (table 1 funcref))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (global $seen (mut i32) (i32.const 0))
  (func $start
    (if (ref.is_null (table.get 0 (i32.const 0))) (then (return)))
    (global.set $seen (call_indirect (result i32) (i32.const 0))))
  (start $start)
  (func (export "_start")
    (if (i32.eqz (global.get $seen)) (then (call $exit (i32.const 33))))
    (if (i32.ne (global.get $seen) (i32.const 21)) (then (call $exit (i32.const 34))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
