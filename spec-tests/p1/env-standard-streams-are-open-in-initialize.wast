;;! title = "Descriptors 0, 1 and 2 are open when _initialize begins"
;;! rules = ["P1-ENV-04"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! invoke = "done"
;;! exit = 3
(module definition $Main
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $stat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global $open (mut i32) (i32.const 0))
  (func $check (param $fd i32)
    (if (i32.eqz (call $stat (local.get $fd) (i32.const 64)))
      (then (global.set $open (i32.add (global.get $open) (i32.const 1))))))
  (func (export "_initialize")
    (call $check (i32.const 0))
    (call $check (i32.const 1))
    (call $check (i32.const 2)))
  (func (export "done") (call $exit (global.get $open))))
