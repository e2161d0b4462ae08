;;! title = "A reactor's export sees what its _initialize did when the main program calls it"
;;! rules = ["P1-REA-02"]
;;! needs = ["wasip1"]
;;! bugs = ["NO-INITIALIZE"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 8
(module definition $Lib
  (memory (export "memory") 1)
  (global $ready (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $ready (i32.const 8)))
  (func (export "get") (result i32)
    (if (i32.eqz (global.get $ready)) (then (unreachable)))
    (global.get $ready)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "get" (func $get (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (call $get))))
