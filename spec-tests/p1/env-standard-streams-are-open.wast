;;! title = "Descriptors 0, 1 and 2 are open when _start begins"
;;! rules = ["P1-ENV-04"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 0
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $stat (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $check (param $fd i32)
    (if (call $stat (local.get $fd) (i32.const 64))
      (then (call $exit (i32.add (local.get $fd) (i32.const 1))))))
  ;; The exit code is one more than the descriptor that is not open.
  (func (export "_start")
    (call $check (i32.const 0))
    (call $check (i32.const 1))
    (call $check (i32.const 2))))
