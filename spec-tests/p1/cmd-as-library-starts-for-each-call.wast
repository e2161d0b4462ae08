;;! title = "The start function of a command that is linked as a library runs for each call"
;;! rules = ["P1-CMD-10"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "counter", module = "$Counter" }, { name = "tool", module = "$Tool" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the start function has run for the first call"
;;! 34 = "the start function has run again for the second call"
;;! 35 = "the start function has run for nothing else"
(module definition $Counter
  (global $count (mut i32) (i32.const 0))
  (func (export "bump") (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func (export "count") (result i32) (global.get $count)))
(module definition $Tool
  (import "counter" "bump" (func $bump))
  (start $bump)
  (func (export "_start"))
  (func (export "f")))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "tool" "f" (func $f))
  (import "counter" "count" (func $count (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (call $f)
    (if (i32.lt_u (call $count) (i32.const 1)) (then (call $exit (i32.const 33))))
    (call $f)
    (if (i32.lt_u (call $count) (i32.const 2)) (then (call $exit (i32.const 34))))
    (if (i32.gt_u (call $count) (i32.const 2)) (then (call $exit (i32.const 35))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
