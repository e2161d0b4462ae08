;;! title = "The _initialize of a preloaded reactor is called once, though two modules import from it"
;;! rules = ["P1-REA-01"]
;;! needs = ["wasip1"]
;;! bugs = ["INITIALIZE-TWICE"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }, { name = "mid", module = "$Mid" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "_initialize has run before the main program"
;;! 34 = "_initialize has run once"
;;! 35 = "the module between has the same instance of the library"
(module definition $Lib
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func (export "count") (result i32) (global.get $count)))
(module definition $Mid
  (import "lib" "count" (func $count (result i32)))
  (export "count" (func $count)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "lib" "count" (func $count (result i32)))
  (import "mid" "count" (func $again (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (if (i32.eqz (call $count)) (then (call $exit (i32.const 33))))
    (if (i32.ne (call $count) (i32.const 1)) (then (call $exit (i32.const 34))))
    (if (i32.ne (call $again) (i32.const 1)) (then (call $exit (i32.const 35))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
