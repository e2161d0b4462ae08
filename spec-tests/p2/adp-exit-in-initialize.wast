;;! title = "An exit in _initialize, carried over by an adapter, ends the program while it is instantiated"
;;! rules = ["P2-ADP-05", "P2-EXIT-02"]
;;! needs = ["wasip2"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! exit = 1
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
    (func (export "_initialize") (call $proc_exit (i32.const 7)) (unreachable)))
  (core instance $m (instantiate $M (with "wasi_snapshot_preview1" (instance $adapter))))
  (core module $FixUp (import "" "_initialize" (func $initialize)) (start $initialize))
  (core instance (instantiate $FixUp (with "" (instance (export "_initialize" (func $m "_initialize"))))))
  (func $run (result (result)) (canon lift (core func $adapter "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
