;;! title = "The _initialize of a preloaded reactor is called once, though two modules import from it"
;;! rules = ["P1-REA-01"]
;;! needs = ["wasip1"]
;;! bugs = ["INITIALIZE-TWICE"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }, { name = "mid", module = "$Mid" }]
;;! exit = 1
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
  (import "lib" "count" (func $count (result i32)))
  (import "mid" "count" (func $again (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (drop (call $again)) (call $exit (call $count))))
