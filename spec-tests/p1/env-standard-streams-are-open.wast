;;! title = "Descriptors 0, 1 and 2 are open when _start begins"
;;! rules = ["P1-ENV-04"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! exit = 3
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $stat (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $is_open (param $fd i32) (result i32) (i32.eqz (call $stat (local.get $fd) (i32.const 64))))
  ;; The exit code tells how many are open.
  (func (export "_start")
    (call $exit (i32.add (call $is_open (i32.const 0))
      (i32.add (call $is_open (i32.const 1)) (call $is_open (i32.const 2)))))))
