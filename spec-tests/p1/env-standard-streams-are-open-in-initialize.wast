;;! title = "Descriptors 0, 1 and 2 are open when _initialize begins"
;;! rules = ["P1-ENV-04"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! invoke = "done"
(module definition $Main
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $stat (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $check (param $fd i32)
    (if (call $stat (local.get $fd) (i32.const 64)) (then (unreachable))))
  (func (export "_initialize")
    (call $check (i32.const 0))
    (call $check (i32.const 1))
    (call $check (i32.const 2)))
  (func (export "done")))
