;;! title = "An _initialize that is an import exported again is called"
;;! rules = ["P1-KIND-02", "P1-REA-01"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "base", module = "$Base" }, { name = "lib", module = "$Lib" }]
;;! exit = 1
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
  (import "base" "calls" (func $calls (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (call $calls))))
