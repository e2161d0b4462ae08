;;! title = "A preopened directory can be closed in _initialize, and is gone afterwards"
;;! rules = ["P1-ENV-05"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! preopens = ["/a", "/b"]
;;! exit = 9
(module definition $Lib
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (if (call $close (i32.const 3)) (then (unreachable)))))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; badf is 8; the other directory keeps its descriptor.
  (func (export "_start")
    (call $exit
      (i32.add (call $prestat (i32.const 3) (i32.const 0))
        (i32.eqz (call $prestat (i32.const 4) (i32.const 0)))))))
