;;! title = "A reactor's start section runs before its _initialize"
;;! rules = ["P1-REA-07"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 12
(module definition $Lib
  (memory (export "memory") 1)
  (global $order (mut i32) (i32.const 0))
  (func $start (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (i32.const 1))))
  (start $start)
  (func (export "_initialize")
    (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (i32.const 2))))
  (func (export "order") (result i32) (global.get $order)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "order" (func $order (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (call $order))))
