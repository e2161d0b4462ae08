;;! title = "The exit code zero, carried over by the command adapter, is status 0"
;;! rules = ["P2-ADP-03"]
;;! needs = ["wasip2"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! exit = 0
(component definition $Main
  (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit" (func (param "status" (result))))))
  (core func $exit (canon lower (func $exit "exit")))
  (core module $Adapter
    (import "" "exit" (func $exit (param i32)))
    ;; Of a code nothing is left but whether it is zero.
    (func (export "proc_exit") (param i32)
      (call $exit (i32.ne (local.get 0) (i32.const 0))) (unreachable))
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $adapter (instantiate $Adapter (with "" (instance (export "exit" (func $exit))))))
  (core module $M
    (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
    (func (export "_start") (call $proc_exit (i32.const 0)) (unreachable)))
  (core instance $m (instantiate $M (with "wasi_snapshot_preview1" (instance $adapter))))
  (core module $Entry
    (import "__main_module__" "_start" (func $start))
    (func (export "run") (result i32) (call $start) (i32.const 0)))
  (core instance $entry (instantiate $Entry (with "__main_module__" (instance $m))))
  (func $run (result (result)) (canon lift (core func $entry "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
