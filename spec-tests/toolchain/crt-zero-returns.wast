;;! title = "A C program whose main returns 0 ends without proc_exit, and its status is 0"
;;! rules = ["TOOL-CRT-03", "P1-CMD-06"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 0
;;! no_checks = "What is proven is the exit code of a program that has returned, and it cannot look at that itself."
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $main (result i32) (i32.const 0))
  (func (export "_start") (local $status i32)
    (local.set $status (call $main))
    (if (local.get $status) (then (call $exit (local.get $status))))))
;;= /$Main import "wasi_snapshot_preview1" "proc_exit" func
;;= /$Main allocated func 2 memory 1
;;= /$Main done
;;= /$Main call "_start" () by rule P1-CMD-01
;;= /$Main return "_start" ()
