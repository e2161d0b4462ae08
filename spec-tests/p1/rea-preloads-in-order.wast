;;! title = "Preloaded reactors are initialised in the order given"
;;! rules = ["P1-REA-09"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "log", module = "$Log" }, { name = "a", module = "$A" }, { name = "b", module = "$B" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "a library has been initialised"
;;! 34 = "the libraries were not initialised in the other order"
;;! 35 = "each library was initialised once, the first one first"
(module definition $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(module definition $A
  (import "log" "log" (func $log (param i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (call $log (i32.const 1)))
  (func (export "f")))
(module definition $B
  (import "log" "log" (func $log (param i32)))
  (import "a" "f" (func $f))
  (memory (export "memory") 1)
  (func (export "_initialize") (call $f) (call $log (i32.const 2))))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "log" "value" (func $value (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start")
    (if (i32.eqz (call $value)) (then (call $exit (i32.const 33))))
    (if (i32.eq (call $value) (i32.const 21)) (then (call $exit (i32.const 34))))
    (if (i32.ne (call $value) (i32.const 12)) (then (call $exit (i32.const 35))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
