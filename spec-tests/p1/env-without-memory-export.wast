;;! title = "How a WASI call that needs a memory fails without one is recorded"
;;! rules = ["P1-ENV-02"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! [run.checks]
;;! 33 = "fd_write does not succeed"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory 1)
  (func (export "_start")
    (if (i32.eqz (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (then (call $exit (i32.const 33))))))
