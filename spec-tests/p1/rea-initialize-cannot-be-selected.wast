;;! title = "A host refuses to call _initialize as the selected export, for it has called it already"
;;! rules = ["P1-REA-01", "P1-REA-04"]
;;! needs = ["wasip1"]
;;! bugs = ["INITIALIZE-TWICE"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! invoke = "_initialize"
;;! fails = "refused"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func (export "_initialize")
    (if (global.get $count) (then (call $exit (i32.const 2))))
    (global.set $count (i32.const 1))))
