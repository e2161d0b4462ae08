;;! title = "A host that is told to call _initialize calls it once, or refuses because it has called it already"
;;! rules = ["P1-REA-01"]
;;! needs = ["wasip1"]
;;! bugs = ["INITIALIZE-TWICE"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! invoke = "_initialize"
;;! exit = 0
;;! fails = "refused"
;;! [run.checks]
;;! 33 = "_initialize has not run before"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func (export "_initialize")
    (if (global.get $count) (then (call $exit (i32.const 33))))
    (global.set $count (i32.const 1))))
