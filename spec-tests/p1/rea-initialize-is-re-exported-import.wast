;;! title = "An _initialize that is an import exported again is called"
;;! rules = ["P1-KIND-02", "P1-REA-01"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "base", module = "$Base" }, { name = "lib", module = "$Lib" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "_initialize has run before the main program"
;;! 34 = "_initialize has run once"
(module definition $Base
  (global $calls (mut i32) (i32.const 0))
  (func (export "bump") (global.set $calls (i32.add (global.get $calls) (i32.const 1))))
  (func (export "calls") (result i32) (global.get $calls)))
(module definition $Lib
  (import "base" "bump" (func $bump))
  (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
  (memory (export "memory") 1)
  (export "_initialize" (func $bump)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "base" "calls" (func $calls (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (if (i32.eqz (call $calls)) (then (call $exit (i32.const 33))))
    (if (i32.ne (call $calls) (i32.const 1)) (then (call $exit (i32.const 34))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
