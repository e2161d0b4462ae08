;;! title = "A library is instantiated, started and initialised, then the main program, whose _start comes last"
;;! rules = ["P1-REA-07", "P1-REA-08", "P1-CMD-01"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the start section of the library has run first"
;;! 34 = "the _initialize of the library has run second"
;;! 35 = "the start section of the main program has run third"
(module definition $Lib
  (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
  (memory (export "memory") 1)
  (global $log (mut i32) (i32.const 0))
  (func $put (param $digit i32)
    (global.set $log (i32.add (i32.mul (global.get $log) (i32.const 10)) (local.get $digit))))
  (func $start (call $put (i32.const 1)))
  (start $start)
  (func (export "_initialize") (call $put (i32.const 2)))
  (func (export "f") (call $put (i32.const 3)))
  (func (export "log") (result i32) (global.get $log)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "lib" "f" (func $f))
  (import "lib" "log" (func $log (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (start $f)
  (func (export "_start") (local $log i32)
    (local.set $log (call $log))
    (if (i32.ne (i32.div_u (local.get $log) (i32.const 100)) (i32.const 1)) (then (call $exit (i32.const 33))))
    (if (i32.ne (i32.div_u (local.get $log) (i32.const 10)) (i32.const 12)) (then (call $exit (i32.const 34))))
    (if (i32.ne (local.get $log) (i32.const 123)) (then (call $exit (i32.const 35))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
;;= /$Lib import "wasi_snapshot_preview1" "sched_yield" func
;;= /$Lib global 0 = i32:0
;;= /$Lib allocated func 5 memory 1 global 1
;;= /$Lib start 2 entered
;;= /$Lib start 2 left
;;= /$Lib done
;;= /$Lib call "_initialize" () by rule P1-REA-08
;;= /$Lib return "_initialize" ()
;;= /$Main import "wasi_snapshot_preview1" "proc_exit" func
;;= /$Main import "wasi_snapshot_preview1" "fd_write" func
;;= /$Main import "lib" "f" func
;;= /$Main import "lib" "log" func
;;= /$Main allocated func 1 memory 1
;;= /$Main data 0 offset = i32:0
;;= /$Main data 0 -> memory 0 at 0 len 10
;;= /$Main data 0 dropped
;;= /$Main start 2 entered
;;= /$Main start 2 left
;;= /$Main done
;;= /$Main call "_start" () by rule P1-CMD-01
;;= /$Main host wasi_snapshot_preview1.fd_write (i32:1, i32:0, i32:1, i32:16)
;;= /$Main output stdout "ok"
;;= /$Main host wasi_snapshot_preview1.fd_write returned (i32:0)
;;= /$Main return "_start" ()
