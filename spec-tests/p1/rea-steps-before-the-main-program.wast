;;! title = "A library is instantiated, started and initialised, then the main program, whose _start comes last"
;;! rules = ["P1-REA-07", "P1-REA-08", "P1-CMD-01"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 123
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
  (import "lib" "f" (func $f))
  (import "lib" "log" (func $log (result i32)))
  (memory (export "memory") 1)
  (start $f)
  (func (export "_start") (call $exit (call $log))))
;;= /$Lib import "wasi_snapshot_preview1" "sched_yield" func
;;= /$Lib global 0 = i32:0
;;= /$Lib allocated func 5 memory 1 global 1
;;= /$Lib start 2 entered
;;= /$Lib start 2 left
;;= /$Lib done
;;= /$Lib call "_initialize" () by rule P1-REA-08
;;= /$Lib return "_initialize" ()
;;= /$Main import "wasi_snapshot_preview1" "proc_exit" func
;;= /$Main import "lib" "f" func
;;= /$Main import "lib" "log" func
;;= /$Main allocated func 1 memory 1
;;= /$Main start 1 entered
;;= /$Main start 1 left
;;= /$Main done
;;= /$Main call "_start" () by rule P1-CMD-01
;;= /$Main host wasi_snapshot_preview1.proc_exit (i32:123)
;;= /$Main exit 123
;;= => exit 123
