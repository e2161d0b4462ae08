;;! title = "A library is instantiated, started and initialised, then the main program, whose _start comes last"
;;! rules = ["P1-REA-07", "P1-REA-08", "P1-CMD-01"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 0
(module definition $Lib
  (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
  (memory (export "memory") 1)
  (func $start)
  (start $start)
  (func (export "_initialize"))
  (func (export "f")))
(module definition $Main
  (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
  (import "lib" "f" (func $f))
  (memory (export "memory") 1)
  (start $f)
  (func (export "_start")))
;;= /$Lib import "wasi_snapshot_preview1" "sched_yield" func
;;= /$Lib allocated func 3 memory 1
;;= /$Lib start 1 entered
;;= /$Lib start 1 left
;;= /$Lib done
;;= /$Lib call "_initialize" () by rule P1-REA-08
;;= /$Lib return "_initialize" ()
;;= /$Main import "wasi_snapshot_preview1" "sched_yield" func
;;= /$Main import "lib" "f" func
;;= /$Main allocated func 1 memory 1
;;= /$Main start 1 entered
;;= /$Main start 1 left
;;= /$Main done
;;= /$Main call "_start" () by rule P1-CMD-01
;;= /$Main return "_start" ()
